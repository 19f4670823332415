package dev.zloop.reactor.tcp;

import dev.zloop.core.edge.FilePart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is to be sent on a connection: a mono that grows by {@code then}. */
final class SendSequence implements Outbound {
  private final TcpConnection connection;

  /** All so far; null if that is nothing. */
  private final Mono<Void> sequence;

  SendSequence(TcpConnection connection, Mono<Void> sequence) {
    this.connection = connection;
    this.sequence = sequence;
  }

  @Override
  public Outbound send(Publisher<? extends ByteBuf> buffers) {
    return then(new SendMono(connection, Objects.requireNonNull(buffers, "buffers"), null));
  }

  @Override
  public Outbound send(
      Publisher<? extends ByteBuf> buffers, Predicate<? super ByteBuf> flushesAfter) {
    Objects.requireNonNull(flushesAfter, "flushesAfter");
    return then(new SendMono(connection, Objects.requireNonNull(buffers, "buffers"), flushesAfter));
  }

  @Override
  public <T> Outbound sendObject(
      Publisher<? extends T> objects, BiConsumer<? super T, ? super ByteBuf> encoder) {
    Objects.requireNonNull(encoder, "encoder");
    return send(Flux.from(objects).map(object -> encode(object, encoder)));
  }

  private <T> ByteBuf encode(T object, BiConsumer<? super T, ? super ByteBuf> encoder) {
    ByteBuf buffer = alloc().directBuffer();
    try {
      encoder.accept(object, buffer);
    } catch (Throwable error) {
      buffer.release();
      throw error;
    }
    return buffer;
  }

  @Override
  public Outbound sendFile(Path file) {
    return then(fileOrder(file, 0, FilePart.TO_THE_END, false).on(connection));
  }

  @Override
  public Outbound sendFile(Path file, long position, long count) {
    checkCount(count);
    return then(fileOrder(file, position, count, false).on(connection));
  }

  @Override
  public Outbound sendFileChunked(Path file, long position, long count) {
    checkCount(count);
    return then(fileOrder(file, position, count, true).on(connection));
  }

  private static FileSender.Order fileOrder(Path file, long position, long count, boolean chunked) {
    Objects.requireNonNull(file, "file");
    if (position < 0) {
      throw new IllegalArgumentException("position is " + position + ", expected 0 or more");
    }
    return new FileSender.Order(file, position, count, chunked);
  }

  private static void checkCount(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count is " + count + ", expected 0 or more");
    }
  }

  @Override
  public Outbound shutdownOutput() {
    return then(
        Mono.create(sink ->
            connection.runOnLoop(
                () -> {
                  try {
                    connection.shutdownOutput();
                    sink.success();
                  } catch (UnsupportedOperationException noHalfClose) {
                    sink.error(noHalfClose);
                  }
                },
                closed -> sink.error(connection.closedException(closed)))));
  }

  @Override
  public Outbound then(Publisher<Void> other) {
    return new SendSequence(
        connection, sequence == null ? Mono.from(other) : sequence.then(Mono.from(other)));
  }

  @Override
  public Outbound then(Publisher<Void> other, Runnable onCleanup) {
    Objects.requireNonNull(onCleanup, "onCleanup");
    Mono<Void> whole = then(other).then();
    return new SendSequence(
        connection, Mono.using(() -> onCleanup, cleanup -> whole, Runnable::run, true));
  }

  @Override
  public Mono<Void> then() {
    return sequence == null ? Mono.empty() : sequence;
  }

  @Override
  public ByteBufAllocator alloc() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public Outbound withConnection(Consumer<? super Connection> consumer) {
    consumer.accept(connection);
    return this;
  }

  /** A mono that makes a {@link Sender} of each subscription. */
  private static final class SendMono extends Mono<Void> {
    private final TcpConnection connection;
    private final Flux<? extends ByteBuf> buffers;
    private final Predicate<? super ByteBuf> flushesAfter;

    SendMono(
        TcpConnection connection,
        Publisher<? extends ByteBuf> buffers,
        Predicate<? super ByteBuf> flushesAfter) {
      this.connection = connection;
      this.buffers = Flux.from(buffers);
      this.flushesAfter = flushesAfter;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
      Sender.subscribe(buffers, flushesAfter, connection, actual);
    }
  }
}
