package dev.zloop.reactor.udp;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/**
 * A flux of datagrams that it owns: each is released when the subscriber's {@code onNext} returns,
 * unless that retained it. What outlives {@code onNext}, because an operator queues it or another
 * thread uses it, needs {@link #retain}, and whoever gets it then releases it.
 */
public final class DatagramFlux extends FluxOperator<Datagram, Datagram> {

  DatagramFlux(Flux<? extends Datagram> source) {
    super(source);
  }

  @Override
  public void subscribe(CoreSubscriber<? super Datagram> actual) {
    source.subscribe(actual);
  }

  /** Hands each datagram over with a further reference, which the receiver releases. */
  public DatagramFlux retain() {
    return new DatagramFlux(doOnNext(Datagram::retain));
  }

  /** The bytes of each datagram, copied. */
  public Flux<byte[]> asByteArray() {
    return map(datagram -> {
      byte[] bytes = new byte[datagram.content().readableBytes()];
      datagram.content().readBytes(bytes);
      return bytes;
    });
  }

  /** As {@link #asString(Charset)}, in UTF-8. */
  public Flux<String> asString() {
    return asString(StandardCharsets.UTF_8);
  }

  /** The text of each datagram; malformed input becomes the charset's replacement. */
  public Flux<String> asString(Charset charset) {
    return map(datagram -> datagram.content().toString(charset));
  }
}
