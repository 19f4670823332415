package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a handler keeps of the user's bytes takes room, as if it were queued. */
class KeptBytesTest {
  private static final int ROOM = 100;

  private final ZLoop loop = ZLoop.builder().build();
  private final Socket socket = new Socket();
  private final Keeper keeper = new Keeper();
  private final User user = new User();
  private final PipelineStream stream = new PipelineStream(socket, 0, new PipelineListener() {});

  KeptBytesTest() {
    turns();
    stream.use(user);
    stream.begin(pipeline -> pipeline.addLast(keeper));
  }

  @AfterEach
  void close() {
    keeper.giveUp();
    loop.close();
    while (!loop.onClosed().toCompletableFuture().isDone()) {
      turn();
    }
  }

  private void turns() {
    for (int i = 0; i < 10; i++) {
      turn();
    }
  }

  private void turn() {
    loop.runOnce(ZLoop.NO_DEADLINE, false, Integer.MAX_VALUE);
  }

  private void send(int bytes) {
    stream.write(Unpooled.directBuffer(bytes).writeZero(bytes));
    stream.flush();
  }

  @Test
  void thereIsRoomForWhatAHandlerDoesNotKeepYet() {
    send(60);
    assertEquals(ROOM - 60, stream.writableBytes());
    send(40);
    assertFalse(stream.isWritable());
  }

  @Test
  void theUserIsToldWhenThereIsRoomAgain() {
    send(ROOM);
    assertFalse(stream.isWritable());
    turns();
    assertEquals(0, user.writable);
    keeper.letGo();
    turns();
    assertTrue(stream.isWritable());
    assertEquals(1, user.writable);
    assertEquals(ROOM, stream.sentBytes());
  }

  @Test
  void whoWasNotHeldUpIsNotTold() {
    send(ROOM / 2);
    assertTrue(stream.isWritable());
    keeper.letGo();
    turns();
    assertEquals(0, user.writable);
  }

  /** Keeps the last write until it is told to let it go. */
  private static final class Keeper extends ChannelDuplexHandler {
    private ChannelHandlerContext context;

    /** Null if nothing is kept. */
    private Object message;

    private ChannelPromise promise;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    @Override
    public void write(ChannelHandlerContext context, Object written, ChannelPromise writing) {
      giveUp();
      message = written;
      promise = writing;
    }

    void letGo() {
      context.writeAndFlush(message, promise);
      message = null;
    }

    void giveUp() {
      ReferenceCountUtil.release(message);
      message = null;
    }
  }

  /** Takes all, at once. */
  private final class Socket implements ByteStream {
    private long sent;

    @Override
    public EventLoop loop() {
      return (EventLoop) loop;
    }

    @Override
    public void write(ByteBuf buffer) {
      sent += buffer.readableBytes();
      buffer.release();
    }

    @Override
    public long sentBytes() {
      return sent;
    }

    @Override
    public TransportOptions options() {
      return TransportOptions.DEFAULT;
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public long writableBytes() {
      return ROOM;
    }

    @Override
    public SocketAddress localAddress() {
      return null;
    }

    @Override
    public SocketAddress remoteAddress() {
      return null;
    }

    @Override
    public void startReading() {}

    @Override
    public void stopReading() {}

    @Override
    public void flush() {}

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}

    @Override
    public void closeTimeout(Duration timeout) {}

    @Override
    public void abort(IOException why) {}
  }

  private static final class User implements ByteStreamUser {
    private int writable;

    @Override
    public void onWritable() {
      writable++;
    }

    @Override
    public void onReceived(ByteBuf buffer) {
      buffer.release();
    }

    @Override
    public void onInputEnd(IOException failure) {}

    @Override
    public void onSent() {}

    @Override
    public boolean onBroken(IOException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void onClosed(IOException cause) {}
  }
}
