package dev.zloop.reactor.udp;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The sending side of a socket: what is to be sent, one after the other. Nothing is sent before it
 * is subscribed to. Immutable; each method returns the longer sequence. Signals come on the
 * socket's loop.
 */
public interface UdpOutbound extends Publisher<Void> {

  /**
   * Then sends datagrams, as they come, and releases them in any case. It requests no more than the
   * queue has room for; those that come together leave by few system calls.
   *
   * <p>It completes once the kernel has taken the last; that it arrives, nobody knows. A datagram
   * that cannot be sent does not hold up the others: all are tried, {@code doOnSocketError} is told
   * of each failure at once, and at the end this fails with the first. It fails at once if the
   * socket is disposed.
   */
  UdpOutbound send(Publisher<? extends Datagram> datagrams);

  /** Then sends each text in UTF-8 as a datagram, to the peer of a connected socket. */
  default UdpOutbound sendString(Publisher<? extends String> text) {
    return sendString(text, StandardCharsets.UTF_8);
  }

  /** Then sends each text as a datagram, to the peer of a connected socket. */
  default UdpOutbound sendString(Publisher<? extends String> text, Charset charset) {
    return send(
        Flux.from(text)
            .map(string ->
                Datagram.of(ByteBufUtil.encodeString(alloc(), CharBuffer.wrap(string), charset))));
  }

  /** Then sends each array, copied as it comes, as a datagram to the peer of a connected socket. */
  default UdpOutbound sendByteArray(Publisher<? extends byte[]> arrays) {
    return send(
        Flux.from(arrays)
            .map(array -> Datagram.of(alloc().directBuffer(array.length).writeBytes(array))));
  }

  /** Then waits for another publisher to complete. */
  UdpOutbound then(Publisher<Void> other);

  /** All of it as a mono. */
  Mono<Void> then();

  /** All of it, and then no completion: a handler that returns this keeps its socket open. */
  default Mono<Void> neverComplete() {
    return then(Mono.never()).then();
  }

  /** Where to get buffers from. */
  default ByteBufAllocator alloc() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  default void subscribe(Subscriber<? super Void> subscriber) {
    then().subscribe(subscriber);
  }
}
