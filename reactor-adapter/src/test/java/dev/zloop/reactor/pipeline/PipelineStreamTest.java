package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Faults;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DelimiterBasedFrameDecoder;
import io.netty.handler.codec.Delimiters;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.handler.timeout.WriteTimeoutException;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What handlers do to a stream that is theirs, and what the stream makes of it. */
class PipelineStreamTest {
  private static final int SEEDS = 12;

  private interface Scene {
    void play(Stage stage, long seed);
  }

  private static void play(Backend backend, Scene scene) {
    for (long seed = 0; seed < SEEDS; seed++) {
      try (Stage stage = new Stage(seed, backend, Faults.HARMLESS)) {
        scene.play(stage, seed);
      } catch (Throwable failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  private static ByteBuf text(String text) {
    return PooledByteBufAllocator.DEFAULT
        .directBuffer()
        .writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Hands the channel's context out. */
  private static final class Inside extends ChannelInboundHandlerAdapter {
    ChannelHandlerContext context;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    ChannelPipeline pipeline() {
      return context.pipeline();
    }
  }

  // ---- codecs

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void framesPassInBothDirections(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline ->
              pipeline.addLast(
                  new LengthFieldPrepender(4),
                  new LengthFieldBasedFrameDecoder(1 << 20, 0, 4, 0, 4)));
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(buffer.retain());
                stage.stream.flush();
              };
          stage.user.onEnd = () -> stage.stream.shutdownOutput();
          stage.user.want(Long.MAX_VALUE);
          byte[] frames = new byte[100 * 1004];
          for (int i = 0; i < 100; i++) {
            frames[i * 1004 + 2] = 1000 >> 8;
            frames[i * 1004 + 3] = (byte) 1000;
            System.arraycopy(Stage.bytes(i, 1000), 0, frames, i * 1004 + 4, 1000);
          }
          stage.peer.send(frames);
          stage.peer.shutdownOutput();
          stage.untilEnded();
          stage.until(stage.peer::hasEnded);
          assertEquals(100, stage.user.buffers);
          assertEquals(1000, stage.user.largest);
          assertArrayEquals(frames, stage.peer.received());
          assertEquals(100_000, stage.stream.sentBytes());
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void oneLineIsDeliveredForEachThatIsAskedFor(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> {
            pipeline.addLast(new DelimiterBasedFrameDecoder(80, Delimiters.lineDelimiter()));
            if (seed % 2 == 0) {
              pipeline.addLast(new FlowControlHandler());
            }
          });
          stage.peer.send("one\ntwo\nthree\nfour\nfive\n");
          stage.peer.shutdownOutput();
          for (int i = 1; i <= 3; i++) {
            int expected = i;
            stage.user.want(1);
            stage.until(() -> stage.user.buffers == expected);
            stage.pass(Duration.ofMillis(100));
            assertEquals(expected, stage.user.buffers);
            assertEquals(List.of(), stage.user.ends());
          }
          stage.user.want(Long.MAX_VALUE);
          stage.until(() -> stage.user.ends().contains("input end"));
          assertEquals("onetwothreefourfive", stage.user.text());
          assertNull(stage.user.inputFailure);
          stage.closeStream();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whatIsParkedIsDeliveredAlthoughTheConnectionIsGone(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.user.readsOn = true;
          stage.with(pipeline -> pipeline.addLast(new LineBasedFrameDecoder(80)));
          stage.peer.send("one\ntwo\nthree\n");
          stage.user.want(1);
          stage.until(() -> stage.user.buffers == 1);
          stage.pass(Duration.ofSeconds(30));
          int parkedAtLeast = stage.user.buffers;
          stage.peer.reset();
          stage.pass(Duration.ofSeconds(30));
          assertFalse(stage.user.hasEnded() && stage.user.buffers == parkedAtLeast);
          stage.user.want(Long.MAX_VALUE);
          stage.untilEnded();
          assertTrue("onetwothree".startsWith(stage.user.text()));
          assertTrue(stage.user.closedBy != null);
        });
  }

  /** A decoder that gives what is left when it hears of the end. */
  private static final class Rest extends ByteToMessageDecoder {
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {}

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (in.isReadable()) {
        out.add(in.readRetainedSlice(in.readableBytes()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whatADecoderGivesAtTheEndComesBeforeTheEnd(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new Rest()));
          stage.user.want(Long.MAX_VALUE);
          stage.user.readsOn = true;
          stage.peer.send("the rest");
          stage.pass(Duration.ofSeconds(30));
          if (seed % 2 == 0) {
            stage.peer.shutdownOutput();
            stage.until(() -> stage.user.ends().contains("input end"));
            stage.closeStream();
          } else {
            stage.peer.reset();
          }
          stage.untilEnded();
          assertEquals("the rest", stage.user.text());
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aDecoderMayLeaveAndAnotherFollowInMidstream(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          LineBasedFrameDecoder lines = new LineBasedFrameDecoder(80);
          stage.with(pipeline -> {
            pipeline.addLast(lines);
            pipeline.addLast(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRead(ChannelHandlerContext context, Object message) {
                    context.pipeline().remove(lines); // it gives what it has to the next one
                    context.pipeline().remove(this);
                    context.pipeline().addLast(new LineBasedFrameDecoder(80));
                    context.fireChannelRead(message);
                  }
                });
          });
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("header\n");
          stage.until(() -> stage.user.buffers == 1);
          stage.peer.send("a\nb\nc\n");
          stage.peer.shutdownOutput();
          stage.until(() -> stage.user.ends().contains("input end"));
          assertEquals("headerabc", stage.user.text());
          assertEquals(4, stage.user.buffers);
          stage.closeStream();
          stage.untilEnded();
        });
  }

  // ---- failures

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandlerThatFailsFailsTheStreamAndTellsWhy(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new LineBasedFrameDecoder(8)));
          stage.user.readsOn = seed % 2 == 0;
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("fine\nmuch too long a line\n");
          stage.untilEnded();
          assertInstanceOf(TooLongFrameException.class, stage.user.closedBy.getCause());
          assertSame(stage.user.closedBy, stage.user.brokenBy);
          stage.until(() -> stage.peer.failure().isPresent());
          assertEquals("fine", stage.user.text());
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aMessageThatIsNoBufferIsNamed(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline ->
              pipeline.addLast(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                      ((ByteBuf) message).release();
                      context.fireChannelRead("a string");
                    }
                  }));
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("x");
          stage.untilEnded();
          assertTrue(stage.user.closedBy.getMessage().contains("java.lang.String"));
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aWriteThatAHandlerRefusesBreaksTheStreamInALaterTurn(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          IllegalStateException refusal = new IllegalStateException("refused");
          stage.with(pipeline ->
              pipeline.addLast(
                  new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void write(
                        ChannelHandlerContext context, Object message, ChannelPromise promise) {
                      ((ByteBuf) message).release();
                      promise.setFailure(refusal);
                    }
                  }));
          stage.send(Stage.bytes(seed, 100));
          if (seed % 2 == 0) {
            stage.closeStream(); // and this is no orderly end
          }
          stage.untilEnded();
          assertSame(refusal, stage.user.closedBy.getCause());
          stage.until(() -> stage.peer.failure().isPresent());
          assertFalse(stage.peer.hasEnded());
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aBufferThatWasReleasedTooEarlyBreaksTheStreamInsteadOfEndingIt(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> {});
          ByteBuf released = text("gone");
          stage.send(Stage.bytes(seed, 1000));
          stage.user.call(() -> stage.stream.write(released));
          released.release();
          stage.flush();
          stage.untilEnded();
          assertTrue(stage.user.closedBy != null);
          stage.until(() -> stage.peer.failure().isPresent());
          assertFalse(stage.peer.hasEnded());
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aFileRegionIsRefusedByName(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          Inside inside = new Inside();
          stage.with(pipeline -> pipeline.addLast(inside));
          ChannelFuture write =
              inside.context.writeAndFlush(new DefaultFileRegion(new File("none"), 0, 1));
          assertTrue(write.cause().getMessage().contains("DefaultFileRegion"));
          assertFalse(inside.context.connect(stage.socket.remoteAddress()).isSuccess());
          assertFalse(inside.context.bind(stage.socket.localAddress()).isSuccess());
          inside.context.channel().config().setAutoRead(true);
          assertFalse(inside.context.channel().config().isAutoRead());
          stage.closeStream();
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandlerThatClosesTheChannelEndsTheStreamInOrderForThePeer(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline ->
              pipeline.addLast(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                      context.writeAndFlush(text("bye"));
                      context.close();
                      context.fireChannelRead(message);
                    }
                  }));
          stage.user.want(Long.MAX_VALUE);
          stage.user.readsOn = seed % 2 == 0;
          stage.peer.send("hello");
          stage.until(stage.peer::hasEnded);
          assertEquals("bye", stage.peer.receivedText());
          stage.peer.close();
          stage.untilEnded();
          assertTrue(stage.user.closedBy.getMessage().contains("a handler closed the channel"));
          assertTrue(stage.user.ends().contains("broken"));
        });
  }

  // ---- timeouts

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aReadTimeoutIsTold(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new ReadTimeoutHandler(5)));
          stage.user.want(Long.MAX_VALUE);
          stage.pass(Duration.ofMillis(4500));
          assertFalse(stage.user.hasEnded());
          stage.pass(Duration.ofSeconds(1));
          assertInstanceOf(ReadTimeoutException.class, stage.user.closedBy.getCause());
        });
  }

  /** The timer goes on while the peer's end is waited for. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aReadTimeoutDoesNotCutAGracefulCloseShort(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new ReadTimeoutHandler(2)));
          stage.send(Stage.bytes(seed, 1000));
          stage.until(() -> stage.stream.sentBytes() == 1000);
          stage.closeStream();
          stage.pass(Duration.ofSeconds(8));
          assertEquals(1000, stage.peer.receivedBytes());
          assertTrue(stage.peer.failure().isEmpty());
          stage.peer.close();
          stage.untilEnded();
          assertNull(stage.user.closedBy);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aWriteTimesOutUnlessTheKernelTakesIt(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new WriteTimeoutHandler(60)));
          stage.send(Stage.bytes(seed, 1000));
          stage.pass(Duration.ofSeconds(90));
          assertFalse(stage.user.hasEnded());
          stage.peer.stopReading();
          stage.send(Stage.bytes(seed, 3_000_000));
          stage.pass(Duration.ofSeconds(90));
          assertInstanceOf(WriteTimeoutException.class, stage.user.closedBy.getCause());
        });
  }

  // ---- the queue

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aCancelledWriteHoldsNothingUpAndRepeatsNothing(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          Inside inside = new Inside();
          stage.with(pipeline -> pipeline.addLast(inside));
          byte[] big = Stage.bytes(seed, 400_000);
          stage.peer.stopReading();
          inside.context.write(Unpooled.directBuffer().writeBytes(big));
          ChannelFuture cancelled = inside.context.write(text("cancelled"));
          assertTrue(cancelled.cancel(false));
          ChannelFuture empty = inside.context.write(Unpooled.EMPTY_BUFFER);
          ChannelFuture second = inside.context.write(text("second"));
          inside.context.flush();
          stage.pass(Duration.ofMillis(50));
          ChannelFuture third = inside.context.writeAndFlush(text("third"));
          stage.peer.startReading();
          stage.until(third::isDone);
          assertTrue(empty.isSuccess());
          assertTrue(second.isSuccess());
          stage.closeStream();
          stage.until(stage.peer::hasEnded);
          assertEquals(big.length + "secondthird".length(), stage.peer.receivedBytes());
          assertTrue(stage.peer.receivedText().endsWith("secondthird"));
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void writesFromPromisesAndTheirProgressKeepTheirOrder(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          Inside inside = new Inside();
          stage.with(pipeline -> pipeline.addLast(inside));
          int[] written = {0};
          StringBuilder expected = new StringBuilder();
          Runnable[] next = new Runnable[1];
          next[0] =
              () -> {
                if (written[0] < 200) {
                  String line = "line " + written[0]++ + "\n";
                  expected.append(line);
                  var promise = inside.context.newProgressivePromise();
                  promise.addListener(
                      new ChannelProgressiveFutureListener() {
                        @Override
                        public void operationProgressed(
                            ChannelProgressiveFuture future, long progress, long total) {
                          next[0].run();
                        }

                        @Override
                        public void operationComplete(ChannelProgressiveFuture future) {
                          next[0].run();
                        }
                      });
                  inside.context.writeAndFlush(text(line), promise);
                }
              };
          next[0].run();
          stage.until(() -> written[0] == 200 && stage.peer.receivedBytes() >= expected.length());
          assertEquals(expected.toString(), stage.peer.receivedText());
          stage.closeStream();
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void memoryThatIsBeingSentOutlivesTheChannel(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          Inside inside = new Inside();
          stage.with(pipeline -> pipeline.addLast(inside));
          stage.peer.stopReading();
          byte[] sent = Stage.bytes(seed, 300_000);
          stage.send(sent);
          inside.context.close(); // the transport goes on sending what it was given
          stage.peer.startReading();
          stage.until(stage.peer::hasEnded);
          assertArrayEquals(sent, stage.peer.received());
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aSenderWhoseFlushWasHeldBackIsToldWhenAnotherFlushTakesItAlong(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.with(pipeline -> pipeline.addLast(new FlushConsolidationHandler(2, false)));
          List<Long> told = new ArrayList<>();
          stage.user.onBytes =
              buffer -> {
                stage.stream.write(text("first"));
                stage.user.call(stage.stream::flush); // held back while a read goes on
                stage.stream.write(text("second"));
                stage.user.call(stage.stream::flush); // the second flush is let through
              };
          stage.user.onSent = () -> told.add(stage.stream.sentBytes());
          stage.user.want(Long.MAX_VALUE);
          stage.peer.send("x");
          stage.until(() -> told.contains(11L));
          assertEquals("firstsecond", stage.peer.receivedText() + rest(stage));
          stage.closeStream();
          stage.peer.close();
          stage.untilEnded();
        });
  }

  private static String rest(Stage stage) {
    int had = stage.peer.receivedText().length();
    stage.until(() -> stage.peer.receivedBytes() == 11);
    return stage.peer.receivedText().substring(had);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whatWasSentBeforeTheHandlersCameIsToldAsWell(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          stage.plain();
          stage.write(Stage.bytes(seed, 1000));
          PipelineStream hosted = new PipelineStream(stage.socket, 1000, new PipelineListener() {});
          stage.stream = hosted;
          stage.user.stream = hosted;
          stage.tellTo(hosted);
          hosted.use(stage.user);
          AtomicReference<Long> told = new AtomicReference<>(0L);
          stage.user.onSent = () -> told.set(stage.stream.sentBytes());
          Inside inside = new Inside();
          hosted.begin(pipeline -> pipeline.addLast(inside));
          ChannelFuture greeting = inside.context.writeAndFlush(text("hello")); // in one send
          stage.until(greeting::isDone);
          assertEquals(1000, stage.stream.sentBytes());
          if (backend == Backend.IO_URING) {
            assertEquals(1000, told.get());
          }
          stage.closeStream();
          stage.peer.close();
          stage.untilEnded();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandlerThatWritesAfterTheOutputsEndIsTold(Backend backend) {
    play(
        backend,
        (stage, seed) -> {
          Inside inside = new Inside();
          stage.with(pipeline -> pipeline.addLast(inside));
          stage.shutdownOutput();
          ChannelFuture late = inside.context.writeAndFlush(text("late"));
          assertInstanceOf(IOException.class, late.cause());
          stage.user.call(() -> stage.stream.abort(null));
          stage.untilEnded();
        });
  }
}
