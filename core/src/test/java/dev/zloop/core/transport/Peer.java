package dev.zloop.core.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** The other end of a connection, in the test's hands. Nothing of it blocks. */
public abstract class Peer implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 << 10;

  /** What is being received; one for all, since it is checked at once. */
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BYTES));

  /** How many bytes of the pattern were received, and sent. */
  public long received;

  public long sent;
  public boolean ended;

  /** What ended the input instead of an end. */
  public IOException failure;

  // ---- what the kernel is to do

  /** Sends what the kernel takes; how many bytes. */
  protected abstract int write(ByteBuffer bytes) throws IOException;

  /** Receives what is there; how many bytes, or -1 at the end. */
  protected abstract int read(ByteBuffer into) throws IOException;

  public abstract void shutdownOutput();

  /** Closes with a reset. */
  public abstract void reset();

  @Override
  public abstract void close();

  // ---- what tests do

  /** Sends the next bytes of the pattern; how many the kernel took. */
  public int send(int length) {
    ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(sent, length));
    try {
      int taken = write(bytes);
      sent += taken;
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #send}, unless the connection has gone. */
  public void trySend(int length) {
    try {
      send(length);
    } catch (UncheckedIOException gone) {
      failure = gone.getCause();
    }
  }

  /** Sends until the kernel takes no more; how many it took. */
  public long sendUntilFull() {
    long total = 0;
    for (int taken; (taken = send(64 << 10)) > 0; ) {
      total += taken;
    }
    return total;
  }

  /** Receives and checks at most so much of what is there; how much it was. */
  public int receive(int lengthMax) {
    if (ended || failure != null) {
      return 0;
    }
    ByteBuffer buffer = BUFFER.get().clear().limit(Math.min(lengthMax, BUFFER_BYTES));
    int length;
    try {
      length = read(buffer);
    } catch (IOException e) {
      failure = e;
      return 0;
    }
    if (length < 0) {
      ended = true;
      return 0;
    }
    Pattern.check(buffer, 0, length, received);
    received += length;
    return length;
  }

  public void receiveAll() {
    while (receive(Integer.MAX_VALUE) > 0) {}
  }

  /** Whether it saw the end or a reset, after receiving all that is there. */
  public boolean sawEnd() {
    receiveAll();
    return ended || failure != null;
  }
}
