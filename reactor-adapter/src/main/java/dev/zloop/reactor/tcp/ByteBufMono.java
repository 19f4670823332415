package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * A mono of a buffer that it owns: it is released when the subscriber's {@code onNext} returns,
 * unless that retained it. What outlives {@code onNext}, because another thread uses it, needs
 * {@link #retain}, and whoever gets it then releases it.
 */
public final class ByteBufMono extends MonoOperator<ByteBuf, ByteBuf> {

  ByteBufMono(Mono<? extends ByteBuf> source) {
    super(source);
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    source.subscribe(actual);
  }

  /** Hands the buffer over with a further reference, which the receiver releases. */
  public ByteBufMono retain() {
    return new ByteBufMono(doOnNext(ByteBuf::retain));
  }

  /** The bytes, copied. */
  public Mono<byte[]> asByteArray() {
    return map(ByteBufFlux::bytesOf);
  }

  /** The text in UTF-8. */
  public Mono<String> asString() {
    return asString(StandardCharsets.UTF_8);
  }

  /** The text; malformed input becomes the charset's replacement. */
  public Mono<String> asString(Charset charset) {
    return map(buffer -> buffer.toString(charset));
  }

  /** The bytes to be read, copied: the stream holds nothing that has to be closed. */
  public Mono<InputStream> asInputStream() {
    return asByteArray().map(ByteArrayInputStream::new);
  }
}
