package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Faults;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers that answer by themselves, as TLS does, to a peer that asks and does not read. */
class AnsweringHandlerTest {
  private static final int QUESTION_BYTES = 100;
  private static final int ANSWER_BYTES = 1000;
  private static final int QUESTIONS = 5_000;

  /** Four high marks, and what the questions of one receive are answered with. */
  private static final long WAITING_BYTES_MAX =
      4L * Stage.LIMITS.writeQueueHighBytes()
          + (256L << 10) / QUESTION_BYTES * (ANSWER_BYTES + QUESTION_BYTES);

  /** Swallows what comes, and answers each so many bytes. */
  private static final class Answering extends ChannelInboundHandlerAdapter {
    private int unanswered;
    private long answeredBytes;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf question = (ByteBuf) message;
      unanswered += question.readableBytes();
      question.release();
      while (unanswered >= QUESTION_BYTES) {
        unanswered -= QUESTION_BYTES;
        answeredBytes += ANSWER_BYTES;
        context.write(context.alloc().directBuffer(ANSWER_BYTES).writeZero(ANSWER_BYTES));
      }
      context.flush();
      context.read();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerThatAsksAndDoesNotReadIsHeldBackUntilItDoes(Backend backend) {
    Answering handler = new Answering();
    try (Stage stage = new Stage(7, backend, Faults.NONE)) {
      stage.with(pipeline -> pipeline.addLast(handler));
      stage.user.want(Long.MAX_VALUE);
      stage.peer.stopReading();
      stage.peer.send(new byte[QUESTIONS * QUESTION_BYTES]);
      stage.pass(Duration.ofSeconds(1));
      long waiting = handler.answeredBytes - stage.socket.sentBytes();
      assertTrue(waiting > 0 && waiting <= WAITING_BYTES_MAX, () -> waiting + " bytes wait");

      stage.peer.startReading();
      stage.until(() -> stage.peer.receivedBytes() == (long) QUESTIONS * ANSWER_BYTES);
      assertEquals(0, stage.user.count());
    }
  }

  /** Such as a request of a megabyte in one buffer, whose answer begins before it ends. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whatTheUserHasWrittenHoldsNothingBack(Backend backend) {
    try (Stage stage = new Stage(7, backend, Faults.NONE)) {
      stage.with(pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter()));
      stage.peer.stopReading();
      stage.send(Stage.bytes(1, 1 << 20));
      stage.user.want(Long.MAX_VALUE);
      byte[] theirs = Stage.bytes(2, 256 << 10);
      stage.peer.send(theirs);
      stage.until(() -> stage.user.count() == theirs.length);
      assertArrayEquals(theirs, stage.user.bytes());
    }
  }
}
