package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Linger;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;

/** What a socket is asked and told by plain system calls, whatever waits for it. */
final class SocketCalls implements AutoCloseable {

  /** For accept4(2): every descriptor is non-blocking and close-on-exec from birth. */
  static final int ACCEPT_FLAGS = SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;

  /** What one vectored send takes. */
  static final int IOVECS_MAX = 64;

  static final int SEND_BYTES_MAX = 1 << 20;

  /**
   * What one sendfile(2) takes. It waits for the disk where the file is not in memory: for so much
   * of it at a time.
   */
  static final int FILE_BYTES_MAX = 256 << 10;

  /** What is read of a file, and sent, where it cannot be sent as it is. */
  private static final int FILE_COPY_BYTES_MAX = 64 << 10;

  /** The scratch memory: the value of an option and its length, a message, its vector. */
  private static final int LENGTH_OFFSET = Linger.SIZE;

  private static final int MESSAGE_OFFSET = 16;
  private static final int VECTOR_OFFSET = MESSAGE_OFFSET + MsgHdr.SIZE;

  private final Region scratch = Region.allocate(VECTOR_OFFSET + IOVECS_MAX * IoVec.SIZE, 8);
  final Syscalls syscalls;
  private long bytesOffered;

  /** For bytes of files; most loops need none. */
  private Region fileMemory;

  /** Most loops have no datagram sockets. */
  private DatagramBatch datagrams;

  /** Takes the system calls: they are closed with this. */
  SocketCalls(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  static boolean isWouldBlock(int result) {
    return result == -Errno.EAGAIN;
  }

  /**
   * Whether an error of accept4(2) is that of a connection which went, or was refused, while it
   * waited in the backlog; the next may be fine. accept(2), "Error handling": pending network
   * errors of the new socket come up here.
   *
   * @param errno positive
   */
  static boolean concernsOneConnection(int errno) {
    return errno == Errno.ECONNABORTED
        || errno == Errno.EPERM
        || errno == Errno.EPROTO
        || errno == Errno.ENETDOWN
        || errno == Errno.ENETUNREACH
        || errno == Errno.EHOSTUNREACH
        || errno == Errno.EOPNOTSUPP
        || errno == Errno.ETIMEDOUT;
  }

  /**
   * Sends from the front of a queue, bounded, by one system call.
   *
   * @return the bytes taken, or -errno; {@link #bytesOffered} says how many were offered
   */
  int send(int fd, WriteQueue queue) {
    if (queue.isFile(0)) {
      return sendFile(fd, queue);
    }
    if (queue.count() == 1) {
      bytesOffered = queue.length(0);
      return syscalls.send(fd, queue.address(0), queue.length(0), SocketConstants.MSG_NOSIGNAL);
    }
    long header = scratch.address() + MESSAGE_OFFSET;
    long iovecs = scratch.address() + VECTOR_OFFSET;
    int count = queue.gather(iovecs, IOVECS_MAX, SEND_BYTES_MAX);
    bytesOffered = 0;
    for (int i = 0; i < count; i++) {
      bytesOffered += queue.length(i);
    }
    MsgHdr.setIoVecs(header, iovecs, count);
    return syscalls.sendmsg(fd, header, SocketConstants.MSG_NOSIGNAL);
  }

  /**
   * Sends from the file in front of a queue, bounded. Nothing is kept of what was read and not
   * taken: it is read again.
   *
   * @return as {@link #send}; -EIO if the file ends before its length in the queue
   */
  int sendFile(int fd, WriteQueue queue) {
    int length = (int) Math.min(queue.fileLength(), FILE_BYTES_MAX);
    bytesOffered = length;
    int result = syscalls.sendfile(fd, queue.file(), queue.filePosition(), length);
    if (result == -Errno.EINVAL || result == -Errno.ENOSYS) { // sendfile(2), "Notes"
      result = copyFile(fd, queue, Math.min(length, FILE_COPY_BYTES_MAX));
    }
    if (result > 0) {
      bytesOffered = result; // a short one may have met the file's end: the next call tells
    }
    return result != 0 ? result : -Errno.EIO;
  }

  private int copyFile(int fd, WriteQueue queue, int length) {
    if (fileMemory == null) {
      fileMemory = Region.allocate(FILE_COPY_BYTES_MAX, 64);
    }
    long memory = fileMemory.address();
    int read = syscalls.pread(queue.file(), memory, length, queue.filePosition());
    if (read <= 0) {
      return read;
    }
    return syscalls.send(fd, memory, read, SocketConstants.MSG_NOSIGNAL);
  }

  /** Of the last {@link #send}. */
  long bytesOffered() {
    return bytesOffered;
  }

  /** Looks whether a receive would return something: 1 if bytes wait, 0 at the end, or -errno. */
  int peek(int fd) {
    return syscalls.recv(fd, scratch.address(), 1, SocketConstants.MSG_PEEK);
  }

  /** Makes the coming close of a socket a reset: socket(7), SO_LINGER with a time of zero. */
  void armReset(int fd) {
    Linger.set(scratch.address(), true, 0);
    syscalls.setsockopt(
        fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_LINGER, scratch.address(), Linger.SIZE);
  }

  /** Takes the pending error of a socket, positive, or 0; or the errno of asking. */
  int takeError(int fd) {
    long value = scratch.address();
    long length = value + LENGTH_OFFSET;
    Memory.putInt(length, Integer.BYTES);
    int result =
        syscalls.getsockopt(
            fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_ERROR, value, length);
    return result < 0 ? -result : Memory.getInt(value);
  }

  /** Ends the output: 0 or -errno, which is the socket's own error if it has one. */
  int shutdownOutput(int fd) {
    int result = syscalls.shutdown(fd, SocketConstants.SHUT_WR);
    if (result == 0) {
      return 0;
    }
    // ENOTCONN of a connection that was one: the socket's error says what became of it.
    int error = takeError(fd);
    return error != 0 ? -error : result;
  }

  /** What all datagram sockets of the loop share. */
  DatagramBatch datagrams() {
    if (datagrams == null) {
      datagrams = new DatagramBatch(syscalls);
    }
    return datagrams;
  }

  @Override
  public void close() {
    scratch.close();
    if (datagrams != null) {
      datagrams.close();
    }
    if (fileMemory != null) {
      fileMemory.close();
    }
    syscalls.close();
  }
}
