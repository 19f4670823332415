package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Decodes text that comes in pieces, cut anywhere. For one subscriber. */
final class StreamDecoder {
  private final CharsetDecoder decoder;

  /** The bytes of a character that is not complete yet. */
  private byte[] rest = {};

  StreamDecoder(Charset charset) {
    decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
  }

  /** Reads all of the buffer. */
  String decode(ByteBuf piece) {
    ByteBuffer bytes = ByteBuffer.allocate(rest.length + piece.readableBytes());
    bytes.put(rest);
    piece.readBytes(bytes);
    return decode(bytes.flip(), false);
  }

  /** What an incomplete character at the end becomes. */
  String end() {
    return decode(ByteBuffer.wrap(rest), true);
  }

  private String decode(ByteBuffer bytes, boolean end) {
    float charsMax = bytes.remaining() * decoder.maxCharsPerByte() + 8;
    CharBuffer chars = CharBuffer.allocate((int) Math.ceil(charsMax));
    decoder.decode(bytes, chars, end);
    if (end) {
      decoder.flush(chars);
    }
    rest = new byte[bytes.remaining()];
    bytes.get(rest);
    return chars.flip().toString();
  }
}
