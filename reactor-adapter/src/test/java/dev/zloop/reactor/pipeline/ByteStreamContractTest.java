package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Faults;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised of a stream: the same of a socket's, and of one with handlers between. */
class ByteStreamContractTest {
  private static final int SEEDS = 8;

  private interface Scene {
    void play(Stage stage, long seed);
  }

  /** Plays over both kinds of kernel, with what connections survive, from some dozens of seeds. */
  private static void play(Hosting hosting, Scene scene) {
    play(hosting, Faults.HARMLESS, SEEDS, scene);
  }

  private static void play(Hosting hosting, Faults faults, int seeds, Scene scene) {
    for (Backend backend : List.of(Backend.EPOLL, Backend.IO_URING)) {
      for (long seed = 0; seed < seeds; seed++) {
        try (Stage stage = hosting.on(new Stage(seed, backend, faults))) {
          scene.play(stage, seed);
        } catch (Throwable failure) {
          throw new AssertionError(hosting + " over " + backend + ", seed " + seed, failure);
        }
      }
    }
  }

  private static void bothEnd(Stage stage) {
    stage.peer.shutdownOutput();
    stage.shutdownOutput();
    stage.untilEnded();
  }

  @ParameterizedTest
  @EnumSource
  void echoesWholeAndInOrder(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          byte[] sent = Stage.bytes(seed, 150_000);
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(buffer.retain());
                stage.stream.flush();
              };
          stage.user.onEnd = () -> stage.stream.shutdownOutput();
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send(sent);
          stage.peer.shutdownOutput();
          stage.untilEnded();
          stage.until(stage.peer::hasEnded);
          assertArrayEquals(sent, stage.peer.received());
          assertEquals(List.of("input end", "closed"), stage.user.ends());
          assertNull(stage.user.inputFailure);
          assertNull(stage.user.closedBy);
          assertEquals(sent.length, stage.stream.sentBytes());
        });
  }

  @ParameterizedTest
  @EnumSource
  void buffersOfAllKindsAreSentInTheirOrderAndReleased(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          PooledByteBufAllocator pool = PooledByteBufAllocator.DEFAULT;
          CompositeByteBuf composite =
              pool.compositeDirectBuffer()
                  .addComponent(true, text(pool.directBuffer(), "three "))
                  .addComponent(true, text(pool.directBuffer(), "four "));
          CompositeByteBuf mixed =
              pool.compositeBuffer()
                  .addComponent(true, text(pool.heapBuffer(), "five "))
                  .addComponent(true, text(pool.directBuffer(), "six "));
          stage.write(text(pool.directBuffer(), "one "));
          stage.write(text(pool.heapBuffer(), "two "));
          stage.write(pool.directBuffer());
          stage.write(composite);
          stage.user.call(() -> stage.stream.write(Unpooled.EMPTY_BUFFER));
          stage.write(mixed);
          stage.write(text(pool.directBuffer(), "xxseven ").skipBytes(2));
          stage.write(pool.heapBuffer());
          stage.flush();
          bothEnd(stage);
          stage.until(stage.peer::hasEnded);
          assertEquals("one two three four five six seven ", stage.peer.receivedText());
        });
  }

  private static ByteBuf text(ByteBuf buffer, String text) {
    buffer.writeCharSequence(text, StandardCharsets.US_ASCII);
    return buffer;
  }

  @ParameterizedTest
  @EnumSource
  void theInputGoesOnWhenTheOutputHasEnded(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.user.want(Long.MAX_VALUE);
          stage.send(Stage.bytes(seed, 40_000));
          stage.shutdownOutput();
          assertFalse(stage.stream.isWritable());
          assertEquals(0, stage.stream.writableBytes());
          stage.until(stage.peer::hasEnded);
          assertArrayEquals(Stage.bytes(seed, 40_000), stage.peer.received());
          byte[] answer = Stage.bytes(-seed, 30_000);
          stage.peer.send(answer);
          stage.until(() -> stage.user.count() == answer.length);
          stage.peer.shutdownOutput();
          stage.untilEnded();
          assertArrayEquals(answer, stage.user.bytes());
          assertEquals(List.of("input end", "closed"), stage.user.ends());
          assertNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theOutputGoesOnWhenTheInputHasEnded(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("asked");
          stage.peer.shutdownOutput();
          stage.until(() -> stage.user.ends().contains("input end"));
          assertEquals("asked", stage.user.text());
          stage.send(Stage.bytes(seed, 40_000));
          stage.until(() -> stage.peer.receivedBytes() == 40_000);
          assertEquals(List.of("input end"), stage.user.ends());
          stage.send(Stage.bytes(seed, 100));
          stage.shutdownOutput();
          stage.untilEnded();
          stage.until(stage.peer::hasEnded);
          assertEquals(40_100, stage.peer.receivedBytes());
          assertNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aGracefulCloseLosesNothingThatWasWritten(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.peer.send(Stage.bytes(seed, 20_000)); // unread input would make for a reset
          byte[] sent = Stage.bytes(seed, 200_000);
          stage.write(Arrays.copyOf(sent, 150_000));
          stage.flush();
          stage.write(Arrays.copyOfRange(sent, 150_000, sent.length));
          stage.closeStream();
          stage.until(stage.peer::hasEnded);
          assertArrayEquals(sent, stage.peer.received());
          stage.peer.shutdownOutput();
          stage.untilEnded();
          assertEquals(List.of("closed"), stage.user.ends());
          assertNull(stage.user.closedBy);
          assertEquals(0, stage.user.count());
        });
  }

  /** As a server does that answers: at that moment some handlers hold back what is flushed. */
  @ParameterizedTest
  @EnumSource
  void aCloseWithinTheReceiptLosesNothingThatWasWritten(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(buffer.retain());
                stage.stream.flush();
                stage.stream.close();
              };
          stage.user.want(1);
          stage.peer.send("answer me");
          stage.until(stage.peer::hasEnded);
          assertTrue("answer me".startsWith(stage.peer.receivedText()));
          assertFalse(stage.peer.receivedText().isEmpty());
          stage.peer.close();
          stage.untilEnded();
          assertNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anOutputThatEndsWithinTheReceiptLosesNothingThatWasWritten(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(buffer.retain());
                stage.stream.flush();
                stage.stream.shutdownOutput();
              };
          stage.user.want(1);
          stage.peer.send("answer me");
          stage.until(stage.peer::hasEnded);
          assertEquals(stage.user.text(), stage.peer.receivedText());
          assertFalse(stage.peer.receivedText().isEmpty());
          stage.user.call(() -> stage.stream.abort(null));
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aCloseDoesNotWaitForEverForAPeerThatTakesNothing(Hosting hosting) {
    play(
        hosting,
        Faults.NONE,
        2,
        (stage, seed) -> {
          stage.peer.stopReading();
          stage.send(Stage.bytes(seed, 2_000_000));
          stage.closeStream();
          stage.pass(Duration.ofSeconds(9));
          assertFalse(stage.user.hasEnded());
          stage.pass(Duration.ofSeconds(2));
          assertTrue(stage.user.hasEnded());
          assertNotNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void anAbortResetsWhateverIsUnderWay(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          IOException why = new IOException("enough");
          stage.peer.stopReading();
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("unread");
          stage.send(Stage.bytes(seed, 300_000));
          stage.pass(Duration.ofNanos(seed * 20_000));
          stage.user.call(() -> stage.stream.abort(why));
          stage.untilEnded();
          stage.peer.startReading();
          stage.until(() -> stage.peer.failure().isPresent());
          assertEquals("closed", stage.user.ends().getLast());
          assertSame(why, stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aPeersResetIsToldAfterWhatHadArrived(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("last words");
          stage.until(() -> stage.user.count() > 0);
          stage.user.readsOn = seed % 2 == 0;
          stage.peer.reset();
          stage.untilEnded();
          assertNotNull(stage.user.closedBy);
          assertFalse(stage.user.ends().contains("input end"));
          assertTrue("last words".startsWith(stage.user.text()));
        });
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsDeliveredUnaskedAndABoundedAmountIsParked(Hosting hosting) {
    play(
        hosting,
        Faults.HARMLESS,
        3,
        (stage, seed) -> {
          byte[] sent = Stage.bytes(seed, 2_000_000);
          stage.user.wanted = 0;
          stage.peer.send(sent);
          stage.peer.shutdownOutput();
          stage.pass(Duration.ofSeconds(1));
          assertEquals(0, stage.user.count());
          assertTrue(stage.peer.sentBytes() < 1_500_000, "took " + stage.peer.sentBytes());
          for (int i = 1; i <= 3; i++) {
            int expected = i;
            stage.user.want(1);
            stage.until(() -> stage.user.buffers == expected);
            stage.pass(Duration.ofMillis(100));
            assertEquals(expected, stage.user.buffers);
          }
          assertEquals(List.of(), stage.user.ends());
          stage.user.want(Long.MAX_VALUE);
          stage.until(() -> stage.user.ends().contains("input end"));
          assertArrayEquals(sent, stage.user.bytes());
          stage.closeStream();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource
  void theQueueIsFullFromItsMarkOnAndTellsWhenItHasRoom(Hosting hosting) {
    play(
        hosting,
        Faults.HARMLESS,
        3,
        (stage, seed) -> {
          stage.peer.stopReading();
          List<Integer> told = new ArrayList<>();
          stage.user.onRoom = () -> told.add(told.size());
          int written = 0;
          int quiet = 0;
          while (quiet < 5) {
            quiet++;
            while (stage.stream.isWritable()) {
              assertTrue(stage.stream.writableBytes() > 0);
              assertTrue(stage.stream.writableBytes() <= Stage.LIMITS.writeQueueHighBytes() + 1);
              stage.send(Stage.bytes(seed, 1000));
              written += 1000;
              quiet = 0;
            }
            stage.pass(Duration.ofMillis(300));
          }
          assertEquals(0, stage.stream.writableBytes());
          int unsent = written - (int) stage.stream.sentBytes();
          assertTrue(
              unsent < Stage.LIMITS.writeQueueHighBytes() + 1000, unsent + " bytes are queued");
          told.clear();
          stage.peer.startReading();
          stage.until(() -> !told.isEmpty());
          assertTrue(stage.stream.isWritable());
          int all = written;
          stage.until(() -> stage.stream.sentBytes() == all);
          assertTrue(stage.stream.isWritable());
          stage.user.call(() -> stage.stream.abort(null));
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource
  void bytesCountAsSentWhenTheKernelHasThem(Hosting hosting) {
    play(
        hosting,
        Faults.HARMLESS,
        3,
        (stage, seed) -> {
          stage.peer.stopReading();
          int[] toldAt = {0};
          stage.user.onSent = () -> toldAt[0] = (int) stage.stream.sentBytes();
          stage.write(Stage.bytes(seed, 2000));
          assertEquals(0, stage.stream.sentBytes());
          stage.flush();
          stage.until(() -> stage.stream.sentBytes() == 2000);
          for (int i = 0; i < 300; i++) {
            stage.send(Stage.bytes(seed, 4000)); // more than there is room for, at both ends
          }
          stage.pass(Duration.ofSeconds(1));
          long stuck = stage.stream.sentBytes();
          assertTrue(stuck < 1_000_000, "sent " + stuck);
          stage.peer.startReading();
          stage.until(() -> toldAt[0] == 1_202_000);
          stage.closeStream();
          stage.until(() -> stage.peer.receivedBytes() == 1_202_000);
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aUserThatThrowsIsReportedAndItsStreamAborted(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          IllegalStateException bug = new IllegalStateException("a bug");
          stage.user.onBytes =
              buffer -> {
                throw bug;
              };
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("hello");
          stage.untilEnded();
          assertSame(bug, stage.user.closedBy.getCause());
          assertEquals(List.of(bug), stage.simulation.takeErrors());
          stage.until(() -> stage.peer.failure().isPresent());
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLoopThatClosesEndsTheStreamAndReleasesEverything(Hosting hosting) {
    play(
        hosting,
        (stage, seed) -> {
          stage.peer.stopReading();
          stage.user.wanted = 0;
          stage.peer.send(Stage.bytes(seed, 50_000));
          stage.send(Stage.bytes(seed, 300_000));
          stage.write(Stage.bytes(seed, 100));
          stage.pass(Duration.ofMillis(seed % 3));
          stage.loop.close();
          stage.untilEnded();
          assertNotNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource
  void whateverBreaksTheEndIsToldOnceAndNothingIsMadeUp(Hosting hosting) {
    play(
        hosting,
        Faults.ALL,
        24,
        (stage, seed) -> {
          byte[] sent = Stage.bytes(seed, 60_000);
          stage.user.readsOn = seed % 3 == 0;
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(buffer.retain());
                stage.stream.flush();
              };
          stage.user.onEnd = () -> stage.stream.close();
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send(sent);
          stage.peer.shutdownOutput();
          stage.pass(Duration.ofMinutes(5));
          if (!stage.user.hasEnded()) {
            stage.user.call(() -> stage.stream.abort(null));
          }
          stage.untilEnded();
          byte[] echoed = stage.peer.received();
          assertArrayEquals(Arrays.copyOf(sent, echoed.length), echoed);
          assertArrayEquals(Arrays.copyOf(sent, stage.user.count()), stage.user.bytes());
          if (stage.peer.hasEnded()) {
            assertEquals(sent.length, echoed.length, "an orderly end before the last byte");
          }
        });
  }
}
