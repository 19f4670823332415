package dev.zloop.core.transport;

import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A kernel that does what the test says, call by call: system calls and a poller. Where nothing is
 * said, nothing is there to receive or accept, and every byte is taken.
 */
final class ScriptedKernel implements Syscalls, Poller {
  static final int AGAIN = -Errno.EAGAIN;

  /** All that a receive has room for. */
  static final int FULL = Integer.MAX_VALUE;

  /** One descriptor: what its next calls return, in order. */
  static final class Socket {
    /** Bytes, {@link #FULL}, 0 for the end, or -errno. Peeking does not use one up. */
    final ArrayDeque<Integer> receives = new ArrayDeque<>();

    /** Bytes that are taken at the most, or -errno. */
    final ArrayDeque<Integer> sends = new ArrayDeque<>();

    /** Descriptors, or -errno. */
    final ArrayDeque<Integer> accepts = new ArrayDeque<>();

    /** What receives return once none is left: nothing yet, the end, an error. */
    int receivesThen = AGAIN;

    int acceptsThen = AGAIN;
    int shutdownResult;
    int connectResult;

    /** SO_ERROR; asking clears it. */
    int error;

    /** What an edge that tells an error brings along; 0 where SO_ERROR has it. */
    int errorOfEdge;

    /** -errno with which watching it fails, or 0. */
    int registerResult;

    boolean registered;
    long token;

    /** The poller was told that it would be closed. */
    boolean leaving;

    boolean closed;
    boolean reset;
    boolean outputEnded;
    long received;
    long sent;
    int receiveCalls;
    int sendCalls;
    int acceptCalls;
  }

  private record Event(long token, int readiness, int error) {}

  private final Map<Integer, Socket> sockets = new HashMap<>();
  private final ArrayDeque<Event> coming = new ArrayDeque<>();
  private final List<Event> polled = new ArrayList<>();
  boolean pollerClosed;

  /** Of any file. */
  long fileLength = Long.MAX_VALUE;

  boolean sendsFiles = true;
  boolean syscallsClosed;

  Socket socket(int fd) {
    return sockets.computeIfAbsent(fd, f -> new Socket());
  }

  /** An edge, which the next poll tells. */
  void edge(int fd, int readiness) {
    coming.add(new Event(socket(fd).token, readiness, socket(fd).errorOfEdge));
  }

  private Socket open(int fd) {
    Socket socket = socket(fd);
    if (socket.closed) {
      throw new AssertionError("fd " + fd + " is closed");
    }
    return socket;
  }

  // ---- Syscalls

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    Socket socket = open(fd);
    socket.receiveCalls++;
    Integer scripted = socket.receives.peek();
    int result = scripted != null ? scripted : socket.receivesThen;
    if ((flags & SocketConstants.MSG_PEEK) != 0) {
      if (result < 0 && result != AGAIN) {
        socket.receives.poll(); // an error is told once
      }
      return Math.min(result, length);
    }
    socket.receives.poll();
    if (result <= 0) {
      return result;
    }
    int bytes = Math.min(result, length);
    if (result != FULL && result > bytes) {
      socket.receives.push(result - bytes);
    }
    Pattern.fill(buffer, socket.received, bytes);
    socket.received += bytes;
    return bytes;
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    Socket socket = open(fd);
    int result = nextSend(socket, length);
    take(socket, buffer, result);
    return result;
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    Socket socket = open(fd);
    long iovecs = Memory.getLong(msghdr + 16); // msg_iov, and msg_iovlen behind it
    int count = (int) Memory.getLong(msghdr + 24);
    long offered = 0;
    for (int i = 0; i < count; i++) {
      offered += IoVec.length(iovecs, i);
    }
    int result = nextSend(socket, (int) offered);
    int left = result;
    for (int i = 0; i < count && left > 0; i++) {
      int length = (int) Math.min(left, IoVec.length(iovecs, i));
      take(socket, IoVec.base(iovecs, i), length);
      left -= length;
    }
    return result;
  }

  /** Files hold the pattern, and end where the test says. */
  @Override
  public int recvmmsg(int fd, long messages, int count, int flags) {
    throw new AssertionError("no script has datagrams");
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    throw new AssertionError("no script has datagrams");
  }

  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    if (!sendsFiles) {
      return -Errno.ENOSYS;
    }
    Socket socket = open(outFd);
    int result = nextSend(socket, (int) Math.min(count, Math.max(0, fileLength - offset)));
    if (result > 0) {
      if (offset != socket.sent) {
        throw new AssertionError("sends from " + offset + " what belongs to " + socket.sent);
      }
      socket.sent += result;
    }
    return result;
  }

  @Override
  public int pread(int fd, long buffer, int length, long offset) {
    int result = (int) Math.min(length, Math.max(0, fileLength - offset));
    Pattern.fill(buffer, offset, result);
    return result;
  }

  private static int nextSend(Socket socket, int offered) {
    if (socket.outputEnded) {
      throw new AssertionError("sends after shutdown");
    }
    socket.sendCalls++;
    Integer scripted = socket.sends.poll();
    return scripted == null ? offered : Math.min(scripted, offered);
  }

  private static void take(Socket socket, long address, int length) {
    for (int i = 0; i < length; i++) {
      if (Memory.getByte(address + i) != Pattern.at(socket.sent)) {
        throw new AssertionError("another byte than expected at " + socket.sent);
      }
      socket.sent++;
    }
  }

  @Override
  public int accept4(int fd, int flags) {
    Socket socket = open(fd);
    socket.acceptCalls++;
    Integer scripted = socket.accepts.poll();
    return scripted != null ? scripted : socket.acceptsThen;
  }

  @Override
  public int connect(int fd, long address, int addressLength) {
    return open(fd).connectResult;
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    Socket socket = open(fd);
    Memory.putInt(value, socket.error);
    socket.error = 0;
    return 0;
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    open(fd).reset |= name == SocketConstants.SO_LINGER;
    return 0;
  }

  @Override
  public int shutdown(int fd, int how) {
    Socket socket = open(fd);
    socket.outputEnded = socket.shutdownResult == 0;
    return socket.shutdownResult;
  }

  @Override
  public int close(int fd) {
    open(fd).closed = true;
    return 0;
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int bind(int fd, long address, int addressLength) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int listen(int fd, int backlog) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getsockname(int fd, long address, long addressLength) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getpeername(int fd, long address, long addressLength) {
    throw new UnsupportedOperationException();
  }

  // ---- Poller

  @Override
  public int register(int fd, int interest, long token) {
    Socket socket = open(fd);
    if (socket.registerResult == 0) {
      socket.registered = true;
      socket.token = token;
    }
    return socket.registerResult;
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
  public void beforeClose(int fd) {
    open(fd).leaving = true;
  }

  @Override
  public int poll(long timeoutNanos) {
    polled.clear();
    polled.addAll(coming);
    coming.clear();
    return polled.size();
  }

  @Override
  public long token(int index) {
    return polled.get(index).token;
  }

  @Override
  public int readiness(int index) {
    return polled.get(index).readiness;
  }

  @Override
  public int error(int index) {
    return polled.get(index).error;
  }

  @Override
  public void wakeup() {}

  /** Closes the one and the other: both interfaces have it, and the loop calls it twice. */
  @Override
  public void close() {
    syscallsClosed |= pollerClosed;
    pollerClosed = true;
  }
}
