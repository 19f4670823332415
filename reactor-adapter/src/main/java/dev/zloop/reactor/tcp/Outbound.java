package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The writing side of a connection: what is to be sent, one after the other. Nothing is sent before
 * it is subscribed to; it completes once the kernel has taken all of it, and fails with an {@link
 * java.io.IOException} if the connection ends before that.
 *
 * <pre>{@code
 * out.sendString(Mono.just("hello")).send(buffers).then()
 * }</pre>
 *
 * <p>Immutable; each method returns the longer sequence. Signals come on the connection's loop.
 */
public interface Outbound extends Publisher<Void> {

  /**
   * Then sends buffers, each as it comes, and releases them: also those that it cannot send any
   * more, because the connection ended or the subscription was cancelled. What an operator such as
   * {@code publishOn} holds at that time, {@code doOnDiscard} can release. It requests no more than
   * the write queue has room for. Two that are subscribed to at the same time take turns, buffer by
   * buffer.
   *
   * <p>Who sends what it receives stops reading while its queue is full. If the peer does the same,
   * and there is more on its way than all the buffers between them hold, both wait for ever.
   */
  Outbound send(Publisher<? extends ByteBuf> buffers);

  /**
   * As {@link #send(Publisher)}, in groups: what was written goes to the kernel after a buffer for
   * which {@code flushesAfter} says so, all of it together; and also when the write queue is full,
   * and when the publisher ends or is cancelled. Other senders of the connection flush it with
   * theirs.
   *
   * <pre>{@code
   * out.send(frames, frame -> frame.readableBytes() == 0)
   * }</pre>
   *
   * @param flushesAfter asked on the connection's loop for every buffer, before it is written; not
   *     to change it. What it throws fails the send
   */
  Outbound send(Publisher<? extends ByteBuf> buffers, Predicate<? super ByteBuf> flushesAfter);

  /**
   * Then sends objects, each as the bytes that an encoder writes for it. Objects are requested as
   * buffers are by {@link #send(Publisher)}.
   *
   * <pre>{@code
   * out.sendObject(temperatures, (temperature, bytes) -> bytes.writeInt(temperature))
   * }</pre>
   *
   * @param encoder writes to an empty buffer, which it neither keeps nor releases, on the thread
   *     that the object comes on. What it throws fails the send, and the bytes of that object are
   *     not sent
   */
  <T> Outbound sendObject(
      Publisher<? extends T> objects, BiConsumer<? super T, ? super ByteBuf> encoder);

  /** Then sends text in UTF-8. */
  default Outbound sendString(Publisher<? extends String> text) {
    return sendString(text, StandardCharsets.UTF_8);
  }

  /** Then sends text. */
  default Outbound sendString(Publisher<? extends String> text, Charset charset) {
    return send(
        Flux.from(text)
            .map(string -> ByteBufUtil.encodeString(alloc(), CharBuffer.wrap(string), charset)));
  }

  /** Then sends bytes, copied from each array as it comes. */
  default Outbound sendByteArray(Publisher<? extends byte[]> arrays) {
    return send(
        Flux.from(arrays).map(array -> alloc().directBuffer(array.length).writeBytes(array)));
  }

  /** Then sends a file from its beginning to its end, as it is when the turn comes to it. */
  Outbound sendFile(Path file);

  /**
   * Then sends a part of a file, which the kernel takes from its own memory: sendfile(2), where it
   * has that. Over TLS, or whatever else has to see the bytes, they are read on the {@linkplain
   * dev.zloop.core.ZLoop#executor executor} of the connection's loop, as there is room for them;
   * which is also where the file is opened, and closed.
   *
   * <p>No such file, a directory, one that may not be read, or a part that it does not have fails
   * the send with an {@link java.io.IOException} that says so, and nothing is sent. A file that is
   * made shorter meanwhile fails it too, and the connection is reset: the peer lacks bytes, and is
   * not to take others for them. One that is changed meanwhile is sent as it is then.
   *
   * <p>While the kernel gets a part of the file from a slow disk, the connection's loop waits for
   * it. A file that may be neither in memory nor on a fast disk is for {@link #sendFileChunked}.
   *
   * <p>A send that is cancelled may have some more of the file sent, 256 KiB at the most beyond
   * what the write queue has.
   *
   * @param file of the default file system
   * @param position where in the file to begin, in bytes, 0 or more
   * @param count how many bytes, 0 or more
   * @throws IllegalArgumentException if either is negative
   */
  Outbound sendFile(Path file, long position, long count);

  /**
   * As {@link #sendFile(Path, long, long)}, with all its bytes read on the executor: no disk,
   * however slow, holds up the loop. Costs a copy, and memory for what is read ahead, about as much
   * as the write queue has room for.
   */
  Outbound sendFileChunked(Path file, long position, long count);

  /**
   * Then ends the output: the peer reads to its end, and may go on sending. What is sent afterwards
   * fails.
   *
   * <p>Over TLS that takes TLS 1.3 and the JDK's engine. Elsewhere it fails with an {@link
   * UnsupportedOperationException}, since the input would end with it and be lost.
   */
  Outbound shutdownOutput();

  /** Then waits for another publisher to complete. */
  Outbound then(Publisher<Void> other);

  /**
   * As {@link #then(Publisher)}, and cleans up: once for each subscription, when all up to here has
   * completed, has failed, or was cancelled, and before anybody hears of that.
   *
   * @param onCleanup what it throws fails the sequence, unless that was cancelled
   */
  Outbound then(Publisher<Void> other, Runnable onCleanup);

  /** All of it as a mono. */
  Mono<Void> then();

  /** All of it, and then no completion: a handler that returns this keeps its connection open. */
  default Mono<Void> neverComplete() {
    return then(Mono.never()).then();
  }

  /** Where to get buffers from. */
  ByteBufAllocator alloc();

  /** Hands the connection to a consumer, and returns this. */
  Outbound withConnection(Consumer<? super Connection> consumer);

  @Override
  default void subscribe(Subscriber<? super Void> subscriber) {
    then().subscribe(subscriber);
  }
}
