package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Bytes that arrive, cut into messages by the ways that everybody needs. */
class FramingTest {
  private static final int BYTES_MAX = 40;

  /** A way to cut, and its opposite. */
  private enum Way {
    LINES {
      @Override
      Flux<String> decode(ByteBufFlux bytes) {
        return bytes.lines(BYTES_MAX, StandardCharsets.ISO_8859_1);
      }

      @Override
      void encode(String text, Random random, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes((random.nextBoolean() ? "\n" : "\r\n").getBytes());
      }
    },
    FIXED {
      @Override
      Flux<String> decode(ByteBufFlux bytes) {
        return text(bytes.fixedLength(10));
      }

      @Override
      void encode(String text, Random random, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      }

      @Override
      String random(Random random) {
        return FramingTest.random(random, 10);
      }
    },
    DELIMITED {
      @Override
      Flux<String> decode(ByteBufFlux bytes) {
        return text(bytes.delimited(BYTES_MAX, "<end>".getBytes(), new byte[] {0}));
      }

      @Override
      void encode(String text, Random random, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(random.nextBoolean() ? "<end>".getBytes() : new byte[] {0});
      }
    },
    LENGTH_FIELD {
      @Override
      Flux<String> decode(ByteBufFlux bytes) {
        return text(bytes.lengthField(LengthField.of(2, 42).withOrder(ByteOrder.LITTLE_ENDIAN)));
      }

      @Override
      void encode(String text, Random random, ByteArrayOutputStream out) {
        out.write(text.length());
        out.write(text.length() >> 8);
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      }
    };

    abstract Flux<String> decode(ByteBufFlux bytes);

    abstract void encode(String text, Random random, ByteArrayOutputStream out);

    String random(Random random) {
      return FramingTest.random(random, random.nextInt(BYTES_MAX + 1));
    }
  }

  private static Flux<String> text(ByteBufFlux frames) {
    return frames.map(frame -> frame.toString(StandardCharsets.ISO_8859_1));
  }

  private static String random(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append((char) random.nextInt('a', 'z' + 1));
    }
    return text.toString();
  }

  // ---- cut anywhere

  @ParameterizedTest
  @EnumSource
  void messagesAreWholeHoweverTheirBytesAreCut(Way way) {
    for (long seed = 0; seed < 12; seed++) {
      try {
        cutAnywhere(way, seed);
      } catch (Throwable failure) {
        throw new AssertionError(way + " with seed " + seed, failure);
      }
    }
  }

  private static void cutAnywhere(Way way, long seed) {
    Random random = new Random(seed);
    try (Talk talk = new Talk(seed, seed % 2 == 0 ? Backend.EPOLL : Backend.IO_URING)) {
      List<String> messages = new ArrayList<>();
      ByteArrayOutputStream encoded = new ByteArrayOutputStream();
      for (int count = random.nextInt(30); count > 0; count--) {
        messages.add(way.random(random));
        way.encode(messages.getLast(), random, encoded);
      }

      Talk.Asking<String> asking = talk.ask(way.decode(talk.receive()));
      if (random.nextInt(3) == 0) {
        asking.wantAll();
      }
      byte[] bytes = encoded.toByteArray();
      int most = 1 + random.nextInt(80);
      for (int sent = 0; sent < bytes.length; ) {
        int piece = Math.min(bytes.length - sent, 1 + random.nextInt(most));
        talk.send(Arrays.copyOfRange(bytes, sent, sent + piece));
        sent += piece;
        if (random.nextInt(3) == 0) {
          asking.want(1 + random.nextInt(3));
        }
      }
      talk.sendEnd();
      while (asking.got.size() < messages.size()) {
        int before = asking.got.size();
        asking.want(1);
        talk.until(() -> asking.got.size() > before || asking.hasEnded());
        assertFalse(asking.hasEnded() && asking.got.size() == before, () -> "" + asking.failure);
      }
      asking.want(1);
      talk.until(asking::hasEnded);
      assertNull(asking.failure);
      assertEquals(messages, asking.got);
    }
  }

  /** As a protocol does that reads a header by lines, and a body by its length. */
  @Test
  void oneWayAfterTheOtherLosesNothing() {
    for (long seed = 0; seed < 12; seed++) {
      try {
        oneAfterTheOther(seed);
      } catch (Throwable failure) {
        throw new AssertionError("with seed " + seed, failure);
      }
    }
  }

  private static void oneAfterTheOther(long seed) {
    Random random = new Random(seed);
    try (Talk talk = new Talk(seed, seed % 2 == 0 ? Backend.EPOLL : Backend.IO_URING)) {
      List<Way> ways = new ArrayList<>();
      List<Integer> counts = new ArrayList<>();
      List<String> messages = new ArrayList<>();
      ByteArrayOutputStream encoded = new ByteArrayOutputStream();
      for (int turns = 1 + random.nextInt(10); turns > 0; turns--) {
        ways.add(Way.values()[random.nextInt(Way.values().length)]);
        counts.add(1 + random.nextInt(3));
        for (int i = 0; i < counts.getLast(); i++) {
          messages.add(ways.getLast().random(random));
          ways.getLast().encode(messages.getLast(), random, encoded);
        }
      }
      encoded.writeBytes("the rest".getBytes());
      Flux<String> all = Flux.empty();
      for (int i = 0; i < ways.size(); i++) {
        Way way = ways.get(i);
        int count = counts.get(i);
        all = all.concatWith(Flux.defer(() -> way.decode(talk.receive()).take(count)));
      }
      Talk.Asking<String> asking = talk.ask(all).want(random.nextInt(4));

      byte[] bytes = encoded.toByteArray();
      int most = 1 + random.nextInt(100);
      for (int sent = 0; sent < bytes.length; ) {
        int piece = Math.min(bytes.length - sent, 1 + random.nextInt(most));
        talk.send(Arrays.copyOfRange(bytes, sent, sent + piece));
        sent += piece;
      }
      talk.sendEnd();
      asking.wantAll();
      talk.until(asking::hasEnded);
      assertNull(asking.failure);
      assertEquals(messages, asking.got);

      Talk.Asking<String> rest = talk.ask(talk.receive().asString()).wantAll();
      talk.until(rest::hasEnded);
      assertEquals("the rest", String.join("", rest.got));
      talk.until(talk.connection::isDisposed); // and not before, nobody having been told the end
    }
  }

  /** Netty's decoder would take the CR that another has had for its own. */
  @Test
  void aDecoderDoesNotLookAtWhatAnotherHasHad() {
    try (Talk talk = new Talk()) {
      talk.ask(text(talk.receive().fixedLength(5)).take(1)).wantAll();
      talk.send("four\r\nline\n");
      Talk.Asking<String> lines = talk.ask(talk.receive().lines(9)).wantAll();
      talk.settle();
      assertEquals(List.of("", "line"), lines.got);
    }
  }

  @Test
  void aConnectionThatNobodyGovernsEndsWhenTheLastFrameIsRead() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> lines = talk.ask(talk.receive().lines(9)).want(1);
      talk.send("one\ntwo\nthree\n");
      talk.sendEnd();
      assertFalse(talk.connection.isDisposed());
      lines.wantAll();
      talk.until(talk.connection::isDisposed);
      assertEquals(List.of("one", "two", "three"), lines.got);
      assertTrue(lines.completed);
    }
  }

  // ---- maxima

  @Test
  void aLineOfTheMaximumPassesWhereverItIsCut() {
    for (int cut = 1; cut < 14; cut++) {
      assertEquals(List.of("12345", "67890"), cut(cut, "12345\r\n67890\r\n", in -> in.lines(5)));
    }
  }

  @Test
  void aDelimitedFrameOfTheMaximumPassesWhereverItIsCut() {
    for (int cut = 1; cut < 16; cut++) {
      assertEquals(
          List.of("12345", "67890"),
          cut(cut, "12345END67890END", in -> text(in.delimited(5, "END".getBytes()))));
    }
  }

  private static List<String> cut(
      int cut, String text, Function<ByteBufFlux, Flux<String>> framing) {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(framing.apply(talk.receive())).wantAll();
      talk.send(text.substring(0, cut));
      talk.send(text.substring(cut));
      talk.sendEnd();
      assertNull(asking.failure, "cut at " + cut);
      return asking.got;
    }
  }

  @Test
  void aFrameBeyondTheMaximumNamesIt() {
    for (String piece :
        List.of("1234567", "123456\n", "123456\r\n", "123456\r\nx\n", "1234567\nx\n")) {
      assertTooLong(piece, "5 bytes that lines(5) has", in -> in.lines(5));
    }
    for (String piece : List.of("12345678", "123456END", "123456789END")) {
      assertTooLong(
          piece,
          "5 bytes that delimited(5, ..) has",
          in -> text(in.delimited(5, "END".getBytes())));
    }
    assertTooLong(
        "\0\6",
        "7 bytes that lengthField(LengthField[bytes=2",
        in -> text(in.lengthField(LengthField.of(2, 7))));
    assertTooLong(
        "\377\377\377\377\377\377\377\376", // as much as such a field can say
        "negative pre-adjustment length field",
        in -> text(in.lengthField(LengthField.of(8, 64))));
  }

  private static void assertTooLong(
      String bytes, String words, Function<ByteBufFlux, Flux<String>> framing) {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(framing.apply(talk.receive())).wantAll();
      talk.send("");
      talk.send(bytes);
      Throwable failure = asking.failure;
      assertInstanceOf(IOException.class, failure, () -> bytes + ": " + asking.got);
      assertTrue(failure.getMessage().contains(words), failure::getMessage);
      assertEquals(List.of(), asking.got);
    }
  }

  @Test
  void whatCannotWorkIsRefusedWithItsValue() {
    try (Talk talk = new Talk()) {
      ByteBufFlux in = talk.receive();
      assertRefused("bytesMax is 0", () -> in.lines(0));
      assertRefused("with other bytes than 13", () -> in.lines(9, StandardCharsets.UTF_16BE));
      assertRefused("bytes is -1", () -> in.fixedLength(-1));
      assertRefused("bytesMax is 2147483647", () -> in.delimited(Integer.MAX_VALUE, new byte[1]));
      assertRefused("no delimiter", () -> in.delimited(1));
      assertRefused("a delimiter is empty", () -> in.delimited(1, new byte[1], new byte[0]));
      assertRefused("bytesMax is 0", () -> in.aggregate(0));
      assertRefused("the length field has 5 bytes", () -> LengthField.of(5, 9));
      assertRefused(
          "frameBytesMax is 3, expected at least the header's 4", () -> LengthField.of(4, 3));
      assertRefused("offset and skippedBytes are -1", () -> LengthField.of(4, 9).withOffset(-1));
    }
  }

  private static void assertRefused(String words, Runnable call) {
    var refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(refusal.getMessage().contains(words), refusal::getMessage);
  }

  // ---- the end of the input

  @Test
  void anInputThatEndsWithinAFrameFails() {
    assertEndsWithin("1234", in -> text(in.fixedLength(5)));
    assertEndsWithin("1234", in -> text(in.delimited(5, new byte[] {0})));
    assertEndsWithin("\0\0\0\5", in -> text(in.lengthField(LengthField.of(4, 9))));
  }

  private static void assertEndsWithin(String bytes, Function<ByteBufFlux, Flux<String>> framing) {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(framing.apply(talk.receive())).wantAll();
      talk.send(bytes);
      talk.sendEnd();
      assertInstanceOf(EOFException.class, asking.failure);
      assertTrue(
          asking.failure.getMessage().contains("after 4 of its bytes"), asking.failure::getMessage);
    }
  }

  @Test
  void theLastLineNeedsNoEnd() {
    assertEquals(List.of("one", "two"), cut(2, "one\ntwo", in -> in.lines(5)));
    assertEquals(List.of("one", "two"), cut(2, "one\ntwo\r", in -> in.lines(5)));
    assertEquals(List.of("one", "", ""), cut(2, "one\n\n\r", in -> in.lines(5)));
    assertEquals(List.of("one", ""), cut(2, "one\n\n", in -> in.lines(5)));
  }

  @Test
  void messagesThatCameBeforeAResetCanStillBeRead() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(talk.receive().lines(9)).want(1);
      talk.send("one\ntwo\nthr");
      talk.peer.reset();
      talk.settle();
      asking.wantAll();
      talk.settle();
      assertEquals(List.of("one", "two"), asking.got);
      assertInstanceOf(IOException.class, asking.failure);
    }
  }

  @Test
  void whatWasGivenBackOutlivesAConnectionThatHasEndedInOrder() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> first = talk.ask(talk.receive().lines(9).take(1)).wantAll();
      talk.send("one\ntwo\nthree\n");
      assertEquals(List.of("one"), first.got);
      Talk.Asking<String> next = talk.ask(talk.receive().lines(9));
      talk.connection.outbound().shutdownOutput().then().subscribe();
      talk.sendEnd();
      talk.settle();
      next.want(1);
      talk.settle();
      next.wantAll();
      talk.settle();
      assertEquals(List.of("two", "three"), next.got);
      assertTrue(next.completed);
    }
  }

  @Test
  void whenThisSideClosesHalfALineIsNone() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(talk.receive().lines(9)).wantAll();
      talk.send("one\ntw");
      talk.connection.dispose();
      talk.settle();
      assertEquals(List.of("one"), asking.got);
      assertTrue(asking.completed);
    }
  }

  @Test
  void whatIsKeptWhenTheLoopClosesIsReleasedAndTold() {
    Talk talk = new Talk();
    Talk.Asking<String> asking = talk.ask(talk.receive().lines(9)).want(1);
    talk.send("one\ntwo\nthree\n");
    talk.sendEnd();
    assertFalse(asking.hasEnded());
    talk.simulation.close(); // which fails if memory is still lent
    assertInstanceOf(IOException.class, asking.failure);
  }

  // ---- demand

  @Test
  void oneIsDecodedForEachThatIsAskedFor() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(talk.receive().lines(9));
      talk.send("one\ntwo\nthree\n");
      assertEquals(List.of(), asking.got);
      asking.want(1);
      talk.settle();
      assertEquals(List.of("one"), asking.got);
      asking.want(1);
      assertEquals(List.of("one", "two"), asking.got);
      asking.want(5);
      talk.send("four");
      assertEquals(List.of("one", "two", "three"), asking.got);
      talk.send("\n");
      assertEquals(List.of("one", "two", "three", "four"), asking.got);
    }
  }

  @Test
  void askingForOneAtATimeNeedsNoStack() {
    int count = 5_000;
    try (Talk talk = new Talk()) {
      int[] got = {0};
      talk.receive()
          .lines(9)
          .subscribe(
              new BaseSubscriber<String>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                  request(1);
                }

                @Override
                protected void hookOnNext(String line) {
                  got[0]++;
                  request(1);
                }
              });
      talk.peer.send("\n".repeat(count));
      talk.until(() -> got[0] == count);
    }
  }

  @Test
  void aDecoderOverADecoderSeesTheFramesBytes() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking =
          talk.ask(talk.receive().lengthField(LengthField.of(1, 99)).lines(99)).wantAll();
      talk.send("\3a\nb\2c\n\1d");
      talk.sendEnd();
      assertEquals(List.of("a", "bc", "d"), asking.got);
      assertTrue(asking.completed);
    }
  }

  // ---- all of it

  @Test
  void allOfItAsOne() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking = talk.ask(talk.receive().aggregate(6).asString().flux()).want(1);
      talk.send("abc");
      talk.send("def");
      assertEquals(List.of(), asking.got);
      talk.sendEnd();
      assertEquals(List.of("abcdef"), asking.got);
      assertTrue(asking.completed);
    }
  }

  @Test
  void allOfNothingIsNothing() {
    try (Talk talk = new Talk()) {
      Talk.Asking<ByteBuf> asking = talk.ask(talk.receive().aggregate().flux()).want(1);
      talk.sendEnd();
      assertEquals(List.of(), asking.got);
      assertTrue(asking.completed);
    }
  }

  @Test
  void moreThanTheMaximumOfAllFails() {
    try (Talk talk = new Talk()) {
      Talk.Asking<byte[]> asking =
          talk.ask(talk.receive().aggregate(5).asByteArray().flux()).want(1);
      talk.send("abc");
      talk.send("def");
      assertInstanceOf(FrameTooLongException.class, asking.failure);
      assertTrue(asking.failure.getMessage().contains("more than the 5 bytes"));
    }
  }

  @Test
  void anInputStreamHoldsNothingThatHasToBeClosed() throws IOException {
    try (Talk talk = new Talk()) {
      var asking = talk.ask(talk.receive().retain().asInputStream()).want(1);
      talk.send("abc");
      assertEquals("abc", new String(asking.got.getFirst().readAllBytes()));
    }
  }
}
