package dev.zloop.benchmarks.soak;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Servers, and clients that come and go: in order, by reset, too early, over TLS, slowly. */
final class Churn implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Leak leak;
  private final ZLoopGroup loops =
      ZLoopGroup.builder()
          .size(2)
          .name("soak")
          .threadFactory(ZLoopThreads.factory())
          .build()
          .start();
  private final DisposableServer plain;
  private final DisposableServer secure;
  private final AtomicLong exchanges = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  Churn(Leak leak, SslContext server) {
    this.leak = leak;
    TcpServer echo =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loops)
            .handle(this::echo)
            .doOnError((connection, expected) -> {});
    this.plain = echo.bindNow();
    this.secure = echo.secure(server).bindNow();
  }

  private Publisher<Void> echo(Inbound in, Outbound out) {
    AtomicBoolean first = new AtomicBoolean(true);
    return out.send(
        in.receive()
            .doOnNext(buffer -> {
              if (first.compareAndSet(true, false)) {
                leak.lose(buffer);
              }
            })
            .map(ByteBuf::retain));
  }

  /** Exchanges that got back what they had sent, so far. */
  long exchanges() {
    return exchanges.get();
  }

  /** Those that did not, although nobody had meant them to fail. */
  long failures() {
    return failures.get();
  }

  /** Lets clients come and go for that long, and waits until the last one is gone. */
  void round(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    TcpClient client = TcpClient.create().host("127.0.0.1").port(plain.port()).runOn(loops);
    // Anew in each round: the JDK links a resumed session to the one before, and keeps the chain.
    SslContext trusting = Contexts.client();
    TcpClient tls =
        client.port(secure.port()).secure(spec -> spec.sslContext(trusting).verifyHostname(false));
    Flux.merge(
            repeat(end, 16, () -> exchange(client, 1 << 10, false)),
            repeat(end, 4, () -> exchange(client, 300 << 10, false)),
            repeat(end, 4, () -> exchange(tls, 20 << 10, false)),
            repeat(end, 4, () -> exchange(client, 10 << 10, true)),
            repeat(end, 1, () -> exchange(tls, 10 << 10, true)),
            repeat(end, 1, () -> expectedToFail(client.port(secure.port()))),
            repeat(end, 4, () -> slow(client, end)))
        .blockLast(duration.plus(PATIENCE));
    awaitEnd();
  }

  private interface Action {
    Mono<Void> start();
  }

  private static Flux<Void> repeat(long end, int atOnce, Action action) {
    return Flux.range(0, atOnce)
        .flatMap(
            worker ->
                Mono.defer(action::start)
                    .repeat(() -> System.nanoTime() - end < 0)
                    .then()
                    .cast(Void.class),
            atOnce);
  }

  /** Sends bytes, and receives as many; then goes, in order or not. */
  private Mono<Void> exchange(TcpClient client, int bytes, boolean reset) {
    return client
        .connect()
        .flatMap(connection ->
            send(connection, bytes)
                .and(receive(connection, reset ? 1 : bytes))
                .doOnSuccess(nothing -> exchanges.incrementAndGet())
                .doFinally(signal -> leave(connection, reset))
                .then(connection.onDispose()))
        .onErrorResume(unexpected -> {
          if (!reset) {
            failures.incrementAndGet();
          }
          return Mono.empty();
        });
  }

  private static void leave(Connection connection, boolean reset) {
    if (reset) {
      connection.abort();
    } else {
      connection.dispose();
    }
  }

  private static Mono<Void> send(Connection connection, int bytes) {
    return connection
        .outbound()
        .send(
            Mono.fromSupplier(
                () -> connection.outbound().alloc().directBuffer(bytes).writeZero(bytes)))
        .then();
  }

  private static Mono<Void> receive(Connection connection, int bytes) {
    AtomicLong left = new AtomicLong(bytes);
    return connection
        .inbound()
        .receive()
        .map(ByteBuf::readableBytes)
        .takeUntil(received -> left.addAndGet(-received) <= 0)
        .then();
  }

  /** Plaintext for a server that speaks TLS. */
  private static Mono<Void> expectedToFail(TcpClient client) {
    return client
        .connect()
        .flatMap(connection ->
            send(connection, 100)
                .then(connection.inbound().receive().then())
                .onErrorComplete()
                .doFinally(signal -> connection.dispose())
                .then(connection.onDispose()))
        .onErrorComplete();
  }

  /** A peer that takes one buffer at a time, and rests; until the round is over. */
  private Mono<Void> slow(TcpClient client, long end) {
    return client
        .connect()
        .flatMap(connection -> {
          Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
          Mono<Void> reading =
              connection
                  .inbound()
                  .receive()
                  .map(ByteBuf::readableBytes)
                  .limitRate(1)
                  .concatMap(bytes -> Mono.delay(Duration.ofMillis(20)), 1)
                  .then();
          return send(connection, 4 << 20)
              .and(reading)
              .takeUntilOther(Mono.delay(left))
              .onErrorComplete()
              .doFinally(signal -> connection.abort())
              .then(connection.onDispose());
        })
        .onErrorComplete();
  }

  private void awaitEnd() {
    long begin = System.nanoTime();
    while (loops.loops().stream().mapToInt(ZLoop::connections).sum() > 0) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "connections are left " + PATIENCE + " after their round: " + loops);
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    plain.dispose();
    secure.dispose();
    loops.close();
    loops.onClosed().toCompletableFuture().join();
  }
}
