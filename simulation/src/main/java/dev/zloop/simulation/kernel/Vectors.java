package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.IoVec;

/** Arrays of struct iovec, as the kernel walks through them. */
final class Vectors {
  /** Where struct msghdr has its vector, and its length. */
  static final int IOV = 16;

  static final int IOV_LENGTH = 24;

  private Vectors() {}

  static int length(long iovecs, int count) {
    long length = 0;
    for (int i = 0; i < count; i++) {
      length += IoVec.length(iovecs, i);
    }
    return (int) Math.min(length, Integer.MAX_VALUE);
  }

  /** Sends so many bytes from the front; there is space for them. */
  static void send(Socket socket, long iovecs, int count, int bytes) {
    int left = bytes;
    for (int i = 0; i < count && left > 0; i++) {
      int length = (int) Math.min(left, IoVec.length(iovecs, i));
      socket.send(IoVec.base(iovecs, i), length);
      left -= length;
    }
  }
}
