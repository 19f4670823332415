package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;

/**
 * A flux of buffers that it owns: each is released when the subscriber's {@code onNext} returns,
 * unless that retained it. What outlives {@code onNext}, because an operator queues it or another
 * thread uses it, needs {@link #retain}, and whoever gets it then releases it.
 */
public final class ByteBufFlux extends FluxOperator<ByteBuf, ByteBuf> {

  ByteBufFlux(Flux<? extends ByteBuf> source) {
    super(source);
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    source.subscribe(actual);
  }

  /** Hands each buffer over with a further reference, which the receiver releases. */
  public ByteBufFlux retain() {
    return new ByteBufFlux(doOnNext(ByteBuf::retain));
  }

  /** The bytes of each buffer, copied. */
  public Flux<byte[]> asByteArray() {
    return map(ByteBufFlux::bytesOf);
  }

  private static byte[] bytesOf(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** As {@link #asString(Charset)}, in UTF-8. */
  public Flux<String> asString() {
    return asString(StandardCharsets.UTF_8);
  }

  /**
   * The text that the buffers hold together. A character whose bytes arrive in two buffers comes
   * whole, with the second; malformed input becomes the charset's replacement.
   */
  public Flux<String> asString(Charset charset) {
    return Flux.defer(() -> {
      StreamDecoder decoder = new StreamDecoder(charset);
      return this.<String>handle(
              (buffer, sink) -> {
                String text = decoder.decode(buffer);
                if (!text.isEmpty()) {
                  sink.next(text);
                }
              })
          .concatWith(Mono.fromSupplier(decoder::end).filter(text -> !text.isEmpty()));
    });
  }
}
