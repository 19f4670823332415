package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DelimiterBasedFrameDecoder;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * How bytes become messages.
 *
 * @param name of the operator, as a user wrote it
 * @param decoders makes one for each subscriber
 * @param type of the messages
 * @param frameBytesMax what a frame may have that is a buffer
 * @param isRestLine whether what the input ends with is the last line, and no failure
 */
record Framing<T>(
    String name,
    Supplier<? extends ByteToMessageDecoder> decoders,
    Class<T> type,
    int frameBytesMax,
    boolean isRestLine) {

  /** Far more than anybody means, and far from an overflow. */
  private static final int BYTES_MAX = 1 << 30;

  /**
   * Netty's decoder takes the CR before a LF that has not come for a part of the line. So it may
   * have one more, and what is longer is found when it has the line.
   */
  static Framing<ByteBuf> lines(int bytesMax) {
    check("bytesMax", bytesMax);
    return new Framing<>(
        "lines(" + bytesMax + ")",
        () -> new LineBasedFrameDecoder(bytesMax + 1, true, true),
        ByteBuf.class,
        bytesMax,
        true);
  }

  static Framing<ByteBuf> fixedLength(int bytes) {
    check("bytes", bytes);
    return new Framing<>(
        "fixedLength(" + bytes + ")",
        () -> new FixedLengthFrameDecoder(bytes),
        ByteBuf.class,
        bytes,
        false);
  }

  /** As with {@link #lines}, the beginning of a delimiter does not count. */
  static Framing<ByteBuf> delimited(int bytesMax, byte[]... delimiters) {
    check("bytesMax", bytesMax);
    if (delimiters.length == 0) {
      throw new IllegalArgumentException("no delimiter, expected at least one");
    }
    byte[][] copies = Arrays.stream(delimiters).map(byte[]::clone).toArray(byte[][]::new);
    int longest = 0;
    for (byte[] delimiter : copies) {
      if (delimiter.length == 0) {
        throw new IllegalArgumentException("a delimiter is empty, expected at least one byte");
      }
      longest = Math.max(longest, delimiter.length);
    }
    int decoderMax = bytesMax + longest - 1;
    return new Framing<>(
        "delimited(" + bytesMax + ", ..)",
        () ->
            new DelimiterBasedFrameDecoder(
                decoderMax,
                Arrays.stream(copies).map(Unpooled::wrappedBuffer).toArray(ByteBuf[]::new)),
        ByteBuf.class,
        bytesMax,
        false);
  }

  static Framing<ByteBuf> lengthField(LengthField field) {
    return new Framing<>(
        "lengthField(" + field + ")",
        () ->
            new LengthFieldBasedFrameDecoder(
                field.order(),
                field.frameBytesMax(),
                field.offset(),
                field.bytes(),
                field.adjustment(),
                field.skippedBytes(),
                true),
        ByteBuf.class,
        field.frameBytesMax(),
        false);
  }

  static <T> Framing<T> of(Supplier<? extends ByteToMessageDecoder> decoders, Class<T> type) {
    return new Framing<>("decode(..)", decoders, type, Integer.MAX_VALUE, false);
  }

  private static void check(String name, int bytes) {
    if (bytes < 1 || bytes > BYTES_MAX) {
      throw new IllegalArgumentException(name + " is " + bytes + ", expected 1 to " + BYTES_MAX);
    }
  }
}
