package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A user that remembers what it was told, and looks whether it may have been told that then. */
final class Received implements ByteStreamUser {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> ends = new ArrayList<>();

  /** What to do with what arrives, once it was noted. */
  Consumer<ByteBuf> onBytes = buffer -> {};

  Runnable onEnd = () -> {};
  Runnable onRoom = () -> {};
  Runnable onSent = () -> {};

  /** Whether what arrived before a failure is still wanted. */
  boolean readsOn;

  /** How many buffers may still come; and the stream that is not to bring more. */
  long wanted = Long.MAX_VALUE;

  ByteStream stream;

  int buffers;
  int largest;
  IOException brokenBy;
  IOException inputFailure;
  IOException closedBy;

  /** The test is within a call to the stream. */
  private boolean calling;

  void call(Runnable action) {
    calling = true;
    try {
      action.run();
    } finally {
      calling = false;
    }
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  int count() {
    return bytes.size();
  }

  /** broken, input end, closed: in the order in which they were told. */
  List<String> ends() {
    return ends;
  }

  boolean hasEnded() {
    return ends.contains("closed");
  }

  void want(long more) {
    wanted = more;
    call(stream::startReading);
  }

  private void told() {
    assertFalse(calling, "told within a call of its own");
    assertFalse(hasEnded(), "told after the end");
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    told();
    assertFalse(ends.contains("input end"), "bytes after the end of the input");
    if (wanted <= 0) {
      throw new AssertionError("bytes that nobody asked for");
    }
    buffers++;
    largest = Math.max(largest, buffer.readableBytes());
    byte[] copy = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), copy);
    bytes.writeBytes(copy);
    wanted--;
    try {
      onBytes.accept(buffer);
    } finally {
      buffer.release();
    }
    if (wanted == 0) {
      stream.stopReading();
    }
  }

  @Override
  public void onInputEnd(IOException failure) {
    told();
    ends.add("input end");
    inputFailure = failure;
    onEnd.run();
  }

  @Override
  public void onWritable() {
    told();
    onRoom.run();
  }

  @Override
  public void onSent() {
    told();
    onSent.run();
  }

  @Override
  public boolean onBroken(IOException cause) {
    told();
    ends.add("broken");
    brokenBy = cause;
    return readsOn;
  }

  @Override
  public void onClosed(IOException cause) {
    told();
    ends.add("closed");
    closedBy = cause;
  }
}
