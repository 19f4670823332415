package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamDecoderTest {
  private static final String TEXT = "aé€😀ß-漢字-𝄞 plain ";

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-32", "Shift_JIS", "ISO-8859-1"})
  void textIsWholeWhereverItIsCut(String name) {
    Charset charset = Charset.forName(name);
    byte[] bytes = TEXT.repeat(20).getBytes(charset);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    StreamDecoder decoder = new StreamDecoder(charset);
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + random.nextInt(4));
      text.append(decoder.decode(Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, from, to))));
      from = to;
    }
    text.append(decoder.end());
    assertEquals(new String(bytes, charset), text.toString(), "seed " + seed);
  }

  @Test
  void aCharacterThatNeverGetsCompleteBecomesTheReplacement() {
    StreamDecoder decoder = new StreamDecoder(StandardCharsets.UTF_8);
    assertEquals("a", decoder.decode(Unpooled.wrappedBuffer(new byte[] {'a', (byte) 0xe2})));
    assertEquals("", decoder.decode(Unpooled.wrappedBuffer(new byte[] {(byte) 0x82})));
    assertEquals("\ufffd", decoder.end());
  }

  @Test
  void malformedBytesBecomeTheReplacementAndTheRestIsRead() {
    StreamDecoder decoder = new StreamDecoder(StandardCharsets.UTF_8);
    assertEquals("a\ufffdb", decoder.decode(Unpooled.wrappedBuffer(new byte[] {'a', -1, 'b'})));
    assertEquals("", decoder.end());
  }
}
