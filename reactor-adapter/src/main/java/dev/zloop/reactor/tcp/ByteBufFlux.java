package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
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

  private final TcpConnection connection;

  /** The same, without a further reference to each buffer: for what copies or decodes them. */
  private final Flux<? extends ByteBuf> unretained;

  ByteBufFlux(Flux<? extends ByteBuf> source, TcpConnection connection) {
    this(source, source, connection);
  }

  private ByteBufFlux(
      Flux<? extends ByteBuf> source,
      Flux<? extends ByteBuf> unretained,
      TcpConnection connection) {
    super(source);
    this.unretained = unretained;
    this.connection = connection;
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    source.subscribe(actual);
  }

  /** Hands each buffer over with a further reference, which the receiver releases. */
  public ByteBufFlux retain() {
    return new ByteBufFlux(unretained.doOnNext(ByteBuf::retain), unretained, connection);
  }

  // ---- the bytes as something else; nothing of it has to be released

  /** The bytes of each buffer, copied. */
  public Flux<byte[]> asByteArray() {
    return unretained.map(ByteBufFlux::bytesOf);
  }

  static byte[] bytesOf(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** The bytes of each buffer to be read, copied: a stream holds nothing that has to be closed. */
  public Flux<InputStream> asInputStream() {
    return asByteArray().map(ByteArrayInputStream::new);
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
      return unretained
          .<String>handle((buffer, sink) -> {
            String text = decoder.decode(buffer);
            if (!text.isEmpty()) {
              sink.next(text);
            }
          })
          .concatWith(Mono.fromSupplier(decoder::end).filter(text -> !text.isEmpty()));
    });
  }

  // ---- all of it

  /** As {@link #aggregate(int)}, with no maximum but what a buffer can hold. */
  public ByteBufMono aggregate() {
    return aggregate(Integer.MAX_VALUE);
  }

  /**
   * All bytes up to the end, copied into one buffer; none if there are none.
   *
   * @param bytesMax more than so many fail it with a {@link FrameTooLongException}; at least 1
   */
  public ByteBufMono aggregate(int bytesMax) {
    if (bytesMax < 1) {
      throw new IllegalArgumentException("bytesMax is " + bytesMax + ", expected 1 or more");
    }
    return new ByteBufMono(new AggregateMono(unretained, connection, bytesMax));
  }

  // ---- frames: messages that a protocol cuts the bytes into
  //
  // One is decoded when it is requested. What was not decoded when a subscriber cancels is for the
  // next subscriber of receive().

  /** As {@link #lines(int, Charset)}, in UTF-8. */
  public Flux<String> lines(int bytesMax) {
    return lines(bytesMax, StandardCharsets.UTF_8);
  }

  /**
   * Lines of text, which end with LF or CR LF, and come without. What stands after the last such
   * end when the input ends is a line, too. Malformed input becomes the charset's replacement.
   *
   * @param bytesMax bytes that a line may have, without its end; more fail this with a {@link
   *     FrameTooLongException}; 1 to 2<sup>30</sup>
   * @throws IllegalArgumentException if the charset has another byte than 10 for the end of a line
   */
  public Flux<String> lines(int bytesMax, Charset charset) {
    if (!Arrays.equals("\r\n".getBytes(charset), new byte[] {13, 10})) {
      throw new IllegalArgumentException(
          "a line ends in " + charset + " with other bytes than 13 and 10: use delimited(..)");
    }
    return new DecodeFlux<>(unretained, connection, Framing.lines(bytesMax))
        .map(line -> line.toString(charset));
  }

  /**
   * Frames of so many bytes each. An input that ends within one fails this with an {@link
   * java.io.EOFException}.
   *
   * @param bytes of each frame; 1 to 2<sup>30</sup>
   */
  public ByteBufFlux fixedLength(int bytes) {
    return frames(Framing.fixedLength(bytes));
  }

  /**
   * Frames that end with a delimiter, and come without it. The first that comes counts. An input
   * that ends without one fails this with an {@link java.io.EOFException}.
   *
   * @param bytesMax bytes that a frame may have, without its delimiter; more fail this with a
   *     {@link FrameTooLongException}; 1 to 2<sup>30</sup>
   * @param delimiters none of them empty
   */
  public ByteBufFlux delimited(int bytesMax, byte[]... delimiters) {
    return frames(Framing.delimited(bytesMax, delimiters));
  }

  /**
   * Frames that say how long they are. A longer one than the maximum fails this with a {@link
   * FrameTooLongException}, before it is received; an input that ends within one with an {@link
   * java.io.EOFException}.
   */
  public ByteBufFlux lengthField(LengthField field) {
    return frames(Framing.lengthField(field));
  }

  private ByteBufFlux frames(Framing<ByteBuf> framing) {
    return new ByteBufFlux(new DecodeFlux<>(unretained, connection, framing), connection);
  }

  /**
   * What one of Netty's decoders makes of the bytes. A message that is reference-counted is
   * released when {@code onNext} returns, unless that retained it.
   *
   * <p>It decodes in a channel of its own, one message for each that is requested. The first bytes
   * that it throws at end this: with a {@link FrameTooLongException} for Netty's {@code
   * TooLongFrameException}, with an {@link java.io.IOException} for any other {@code
   * DecoderException}, and else with what it threw. An input that ends with bytes which it can make
   * nothing of, not even by {@code decodeLast}, fails this with an {@link java.io.EOFException}. It
   * cannot write. It should bound what it keeps.
   *
   * @param decoders makes one for each subscriber
   * @param type of all messages
   */
  public <T> Flux<T> decode(Supplier<? extends ByteToMessageDecoder> decoders, Class<T> type) {
    Objects.requireNonNull(type, "type");
    return new DecodeFlux<>(
        unretained, connection, Framing.of(Objects.requireNonNull(decoders, "decoders"), type));
  }
}
