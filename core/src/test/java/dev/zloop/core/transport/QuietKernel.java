package dev.zloop.core.transport;

import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;

/** A kernel that allocates nothing: each poll has an edge, behind which a message waits. */
final class QuietKernel extends ForwardingSyscalls implements Poller {
  private final int messageBytes;
  private long token;
  private boolean waits;

  /** Bytes that every other send takes at the most; the rest with the next edge. */
  private final int sendBytesMax;

  private boolean takesPart;

  QuietKernel(int messageBytes, int sendBytesMax) {
    super(null);
    this.messageBytes = messageBytes;
    this.sendBytesMax = sendBytesMax;
  }

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    int result = waits ? messageBytes : ScriptedKernel.AGAIN;
    waits = false;
    return result;
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    return taken(length);
  }

  private int taken(int length) {
    takesPart = !takesPart;
    return takesPart ? Math.min(length, sendBytesMax) : length;
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    long iovecs = Memory.getLong(msghdr + 16); // msg_iov, and msg_iovlen behind it
    int count = (int) Memory.getLong(msghdr + 24);
    int length = 0;
    for (int i = 0; i < count; i++) {
      length += (int) IoVec.length(iovecs, i);
    }
    return taken(length);
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    return 0;
  }

  @Override
  public int shutdown(int fd, int how) {
    return 0;
  }

  @Override
  public int close(int fd) {
    return 0;
  }

  @Override
  public int register(int fd, int interest, long token) {
    this.token = token;
    return 0;
  }

  @Override
  public int modify(int fd, int interest, long token) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int deregister(int fd) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int poll(long timeoutNanos) {
    waits = true;
    return 1;
  }

  @Override
  public long token(int index) {
    return token;
  }

  @Override
  public int readiness(int index) {
    return READABLE | WRITABLE;
  }

  @Override
  public void wakeup() {}

  @Override
  public void close() {}
}
