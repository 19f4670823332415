package dev.zloop.examples.demo;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.TcpClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** Clients of an echo server, all on one loop: what they count is plain data of its thread. */
final class EchoClients {
  private static final int CONNECTS_AT_A_TIME = 128;
  private static final Duration LAST_ECHO_TIMEOUT = Duration.ofSeconds(10);

  private final TcpClient client;
  private final Scheduler scheduler;
  private final ByteBuf message;

  private Meter meter;
  private boolean stopping;

  EchoClients(ZLoop loop, EchoService service, int sizeBytes) {
    this.client = TcpClient.create().host(service.host()).port(service.port()).runOn(loop);
    this.scheduler = Schedulers.fromZLoop(loop);
    byte[] bytes = new byte[sizeBytes];
    new Random(sizeBytes).nextBytes(bytes);
    this.message = Unpooled.directBuffer(sizeBytes).writeBytes(bytes);
  }

  /** Connects so many clients. */
  Mono<List<Connection>> connect(int count) {
    return Flux.range(0, count)
        .flatMap(number -> client.connect(), CONNECTS_AT_A_TIME)
        .collectList();
  }

  /**
   * Has the clients at work until the time is over or {@code stop} completes; then waits for the
   * last echoes, and for the connections to end.
   *
   * @param everySecond told of each, on the loop
   * @return what it was in total
   */
  Mono<Meter.Reading> run(
      List<Connection> connections,
      int seconds,
      Mono<Void> stop,
      Consumer<Meter.Reading> everySecond) {
    return Mono.defer(
            () -> {
              meter = new Meter();
              Sinks.Empty<Void> over = Sinks.empty();
              Mono<Void> clock =
                  Flux.interval(Duration.ofSeconds(1), scheduler)
                      .take(seconds)
                      .takeUntilOther(stop.publishOn(scheduler))
                      .doOnNext(tick -> everySecond.accept(meter.nextInterval()))
                      .doOnTerminate(() -> {
                        stopping = true;
                        over.tryEmitEmpty();
                      })
                      .then();
              Mono<Void> echoes =
                  Flux.fromIterable(connections)
                      .flatMap(connection -> new Conversation(connection).run(), connections.size())
                      .then()
                      .timeout(over.asMono().then(Mono.delay(LAST_ECHO_TIMEOUT)));
              return Mono.when(clock, echoes).then(Mono.fromSupplier(this::total));
            })
        .subscribeOn(scheduler);
  }

  private Meter.Reading total() {
    meter.nextInterval();
    return meter.total();
  }

  /** One client: sends a message, waits until all of it is back, compares it, sends the next. */
  private final class Conversation {
    private final Connection connection;
    private final Sinks.Many<ByteBuf> messages = Sinks.many().unicast().onBackpressureBuffer();
    private long sentNanos;
    private int echoedBytes;

    Conversation(Connection connection) {
      this.connection = connection;
    }

    /** Completes when both sides have ended the connection. */
    Mono<Void> run() {
      sendNext();
      Mono<Void> sending = connection.outbound().send(messages.asFlux()).shutdownOutput().then();
      Mono<Void> receiving =
          connection.inbound().receive().doOnNext(this::compare).then(Mono.defer(this::end));
      return Mono.when(sending, receiving);
    }

    private void sendNext() {
      sentNanos = System.nanoTime();
      echoedBytes = 0;
      messages.tryEmitNext(message.retainedDuplicate()).orThrow();
    }

    private void compare(ByteBuf echo) {
      int length = echo.readableBytes();
      if (length > message.readableBytes() - echoedBytes
          || !ByteBufUtil.equals(echo, echo.readerIndex(), message, echoedBytes, length)) {
        throw new IllegalStateException("the server sent something else back on " + connection);
      }
      echoedBytes += length;
      if (echoedBytes == message.readableBytes()) {
        meter.record(System.nanoTime() - sentNanos);
        if (stopping) {
          messages.tryEmitComplete();
        } else {
          sendNext();
        }
      }
    }

    private Mono<Void> end() {
      return stopping
          ? Mono.empty()
          : Mono.error(new IOException("the server ended " + connection));
    }
  }
}
