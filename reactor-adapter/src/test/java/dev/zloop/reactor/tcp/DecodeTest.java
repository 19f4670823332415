package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.reactor.tls.TlsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.ReplayingDecoder;
import io.netty.handler.codec.TooLongFrameException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/**
 * Any of Netty's decoders over what arrives: what it may do, and what becomes of what it throws.
 */
class DecodeTest {

  /** What a decoder does with what it has, a test's. */
  private interface Step {
    void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception;
  }

  private static ByteToMessageDecoder decoder(Step step) {
    return new ByteToMessageDecoder() {
      @Override
      protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
          throws Exception {
        step.decode(context, in, out);
      }
    };
  }

  /** Numbers of a byte each. */
  private static ByteToMessageDecoder numbers() {
    return decoder((context, in, out) -> out.add((int) in.readByte()));
  }

  private static void assertFails(
      Class<? extends Throwable> expected, String words, ByteToMessageDecoder decoder) {
    try (Talk talk = new Talk()) {
      Talk.Asking<Integer> asking =
          talk.ask(talk.receive().decode(() -> decoder, Integer.class)).wantAll();
      talk.send("\1");
      talk.sendEnd();
      assertInstanceOf(expected, asking.failure);
      assertTrue(asking.failure.getMessage().contains(words), asking.failure::getMessage);
    }
  }

  // ---- what it throws

  @Test
  void badInputIsAnInputFailure() {
    assertFails(
        IOException.class,
        "received: no good",
        decoder((context, in, out) -> {
          throw new CorruptedFrameException("no good");
        }));
  }

  @Test
  void tooMuchIsAFrameTooLong() {
    assertFails(
        FrameTooLongException.class,
        "longer than the maximum: over 7",
        decoder((context, in, out) -> {
          throw new TooLongFrameException("over 7");
        }));
  }

  @Test
  void aDefectStaysWhatItIs() {
    assertFails(
        ArithmeticException.class,
        "by zero",
        decoder((context, in, out) -> out.add(1 / (in.readByte() - 1))));
  }

  @Test
  void whatItBringsUpIsLookedAt() {
    assertFails(
        IllegalStateException.class,
        "brought up a java.lang.String, expected a java.lang.Integer",
        decoder((context, in, out) -> out.add("" + in.readByte())));
  }

  @Test
  void whatItCannotDoIsSaid() {
    assertFails(
        IllegalStateException.class,
        "closed its channel",
        decoder((context, in, out) -> {
          in.skipBytes(1);
          context.close();
        }));
    assertFails(
        UnsupportedOperationException.class,
        "cannot write",
        decoder((context, in, out) -> {
          in.skipBytes(1);
          context.writeAndFlush(Unpooled.directBuffer(1).writeByte(1));
        }));
  }

  @Test
  void oneThatMakesNothingOfTheRestFails() {
    assertFails(EOFException.class, "after 1 of its bytes", decoder((context, in, out) -> {}));
  }

  @Test
  void aSupplierThatFailsFailsItsSubscriber() {
    try (Talk talk = new Talk()) {
      RuntimeException none = new IllegalStateException("none left");
      Talk.Asking<Integer> asking =
          talk.ask(
                  talk.receive()
                      .decode(
                          () -> {
                            throw none;
                          },
                          Integer.class))
              .wantAll();
      talk.send("\1");
      assertSame(none, asking.failure);
    }
  }

  // ---- what it may do

  @Test
  void itIsNotCalledBeforeAMessageIsAskedFor() {
    try (Talk talk = new Talk()) {
      List<Integer> decoded = new ArrayList<>();
      Talk.Asking<Integer> asking =
          talk.ask(
              talk.receive()
                  .decode(
                      () ->
                          decoder((context, in, out) -> {
                            decoded.add((int) in.readByte());
                            out.add(decoded.getLast());
                          }),
                      Integer.class));
      asking.want(2);
      talk.send("\1\2\3");
      assertEquals(List.of(1, 2), decoded);
      talk.sendEnd();
      asking.want(1);
      assertEquals(List.of(1, 2, 3), asking.got);
      assertTrue(asking.completed);
    }
  }

  @Test
  void severalAtATimeWaitUntilTheyAreAskedFor() {
    try (Talk talk = new Talk()) {
      Talk.Asking<Integer> asking =
          talk.ask(
              talk.receive()
                  .decode(
                      () ->
                          decoder((context, in, out) -> {
                            for (int count = in.readByte(); count > 0; count--) {
                              out.add(count);
                            }
                          }),
                      Integer.class));
      asking.want(1);
      talk.send("\3\1");
      assertEquals(List.of(3), asking.got);
      asking.want(2);
      assertEquals(List.of(3, 2, 1), asking.got);
      asking.want(1);
      assertEquals(List.of(3, 2, 1, 1), asking.got);
    }
  }

  @Test
  void itMayDecodeTheLastAtTheEnd() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> asking =
          talk.ask(
                  talk.receive()
                      .decode(
                          () ->
                              new ByteToMessageDecoder() {
                                @Override
                                protected void decode(
                                    ChannelHandlerContext context, ByteBuf in, List<Object> out) {}

                                @Override
                                protected void decodeLast(
                                    ChannelHandlerContext context, ByteBuf in, List<Object> out) {
                                  out.add(
                                      in.readString(in.readableBytes(), StandardCharsets.US_ASCII));
                                }
                              },
                          String.class))
              .wantAll();
      talk.send("to the ");
      talk.send("end");
      assertEquals(List.of(), asking.got);
      talk.sendEnd();
      assertEquals(List.of("to the end"), asking.got);
      assertTrue(asking.completed);
    }
  }

  @Test
  void itMayReplay() {
    try (Talk talk = new Talk()) {
      Talk.Asking<Integer> asking =
          talk.ask(
                  talk.receive()
                      .decode(
                          () ->
                              new ReplayingDecoder<Void>() {
                                @Override
                                protected void decode(
                                    ChannelHandlerContext context, ByteBuf in, List<Object> out) {
                                  out.add(in.readInt());
                                }
                              },
                          Integer.class))
              .want(2);
      for (byte oneByOne : new byte[] {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}) {
        talk.send(new byte[] {oneByOne});
      }
      assertEquals(List.of(1, 2), asking.got);
      asking.cancel();
      talk.send(new byte[] {3});
      var rest = talk.askText(talk.receive()).wantAll();
      talk.settle();
      assertEquals("\0\0\0\3", String.join("", rest.got));
    }
  }

  // ---- cancelling

  @Test
  void whatWasNotDecodedIsForWhoComesNext() {
    try (Talk talk = new Talk()) {
      talk.ask(talk.receive().decode(DecodeTest::numbers, Integer.class).take(2)).wantAll();
      talk.send("\1\2the rest");
      talk.sendEnd();
      assertFalse(talk.connection.isDisposed(), "it is still to be read");
      var rest = talk.askText(talk.receive()).want(1);
      talk.settle();
      assertEquals(List.of("the rest"), rest.got);
      assertTrue(rest.completed);
    }
  }

  @Test
  void whatNobodyReadsIsReleasedWithTheConnection() {
    Talk talk = new Talk();
    talk.ask(talk.receive().decode(DecodeTest::numbers, Integer.class).take(2)).wantAll();
    talk.send("\1\2the rest");
    talk.close(); // which fails if memory is still lent
  }

  @Test
  void cancellingWithNothingDecodedGivesAllBack() {
    try (Talk talk = new Talk()) {
      var asking = talk.ask(talk.receive().fixedLength(100)).wantAll();
      talk.send("half");
      talk.send(" a frame");
      asking.cancel();
      var rest = talk.askText(talk.receive()).wantAll();
      talk.settle();
      assertEquals("half a frame", String.join("", rest.got));
    }
  }

  // ---- plaintext before TLS

  @Test
  void plaintextThatADecoderKeepsDoesNotPassForWhatCameByTls() {
    try (Talk talk = new Talk()) {
      Talk.Asking<String> lines = talk.ask(talk.receive().lines(99)).wantAll();
      talk.send("STARTTLS\r\nMAIL FR");
      assertTlsRefused(talk);
      assertEquals(List.of("STARTTLS"), lines.got);
    }
  }

  @Test
  void plaintextThatNobodyAskedForDoesNotEither() {
    try (Talk talk = new Talk()) {
      talk.ask(talk.receive().lines(99)).want(1);
      talk.send("STARTTLS\r\nMAIL FROM:x\r\n");
      assertTlsRefused(talk);
    }
  }

  @Test
  void plaintextThatWasGivenBackDoesNotEither() {
    try (Talk talk = new Talk()) {
      talk.ask(talk.receive().lines(99).take(1)).wantAll();
      talk.send("STARTTLS\r\nMAIL FR");
      assertTlsRefused(talk);
    }
  }

  @Test
  void plaintextThatASecondDecoderKeepsDoesNotEither() {
    try (Talk talk = new Talk()) {
      talk.ask(talk.receive().fixedLength(4).lines(99)).wantAll();
      talk.send("TLS\nRSET");
      assertTlsRefused(talk);
    }
  }

  private static void assertTlsRefused(Talk talk) {
    Talk.Asking<?> starting =
        talk.ask(Flux.from(talk.connection.startTlsAsClient(tls -> {}))).wantAll();
    talk.settle();
    TlsException refusal = assertInstanceOf(TlsException.class, starting.failure);
    assertEquals(TlsException.Reason.BROKEN_PROTOCOL, refusal.reason());
    assertTrue(
        refusal.getMessage().contains("bytes of plaintext behind the last that was read"),
        refusal::getMessage);
    assertTrue(talk.connection.isDisposed());
  }
}
