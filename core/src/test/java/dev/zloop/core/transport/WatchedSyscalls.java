package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Knows which descriptors are open, and fails a test that uses or closes one that is not: in a
 * server the number may be somebody else's by then. Calls fail where the test says so.
 */
public final class WatchedSyscalls extends ForwardingSyscalls {
  public final Set<Integer> open = new TreeSet<>();

  /** By the call's name: the errno with which it fails, from now on. */
  final Map<String, Integer> failures = new HashMap<>();

  /** By the call's name: how often it was made, or asked for as an operation. */
  private final Map<String, Integer> calls = new HashMap<>();

  /** How many calls of sendfile(2) were made, and how many bytes the largest was for. */
  int fileSends;

  int fileSendBytesMax;

  private final Map<Integer, Long> received = new HashMap<>();
  private final Map<Integer, Integer> inFlight = new HashMap<>();

  WatchedSyscalls(Syscalls kernel) {
    super(kernel);
  }

  /** How many bytes were received from a descriptor since it was opened. */
  long received(int fd) {
    return received.getOrDefault(fd, 0L);
  }

  public int count(String call) {
    return calls.getOrDefault(call, 0);
  }

  /** Lets a call fail from now on. */
  public void fail(String call, int errno) {
    failures.put(call, errno);
  }

  public void succeed() {
    failures.clear();
  }

  // ---- what operations in flight tell, too

  int opened(int fd) {
    if (fd >= 0 && !open.add(fd)) {
      throw new AssertionError("fd " + fd + " was open already");
    }
    return fd;
  }

  void requireOpen(int fd, String call) {
    calls.merge(call, 1, Integer::sum);
    if (!open.contains(fd)) {
      throw new AssertionError(call + " on fd " + fd + ", which is not open");
    }
  }

  void addReceived(int fd, int bytes) {
    received.merge(fd, (long) bytes, Long::sum);
  }

  void addInFlight(int fd, int operations) {
    inFlight.merge(fd, operations, Integer::sum);
  }

  private boolean fails(String call) {
    return failures.containsKey(call);
  }

  // ---- the calls

  @Override
  public int socket(int domain, int type, int protocol) {
    calls.merge("socket", 1, Integer::sum);
    return fails("socket") ? -failures.get("socket") : opened(super.socket(domain, type, protocol));
  }

  @Override
  public int bind(int fd, long address, int addressLength) {
    requireOpen(fd, "bind");
    return fails("bind") ? -failures.get("bind") : super.bind(fd, address, addressLength);
  }

  @Override
  public int listen(int fd, int backlog) {
    requireOpen(fd, "listen");
    return fails("listen") ? -failures.get("listen") : super.listen(fd, backlog);
  }

  @Override
  public int accept4(int fd, int flags) {
    requireOpen(fd, "accept4");
    return fails("accept4") ? -failures.get("accept4") : opened(super.accept4(fd, flags));
  }

  @Override
  public int connect(int fd, long address, int addressLength) {
    requireOpen(fd, "connect");
    return fails("connect") ? -failures.get("connect") : super.connect(fd, address, addressLength);
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    requireOpen(fd, "setsockopt");
    return fails("setsockopt")
        ? -failures.get("setsockopt")
        : super.setsockopt(fd, level, name, value, valueLength);
  }

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    requireOpen(fd, "recv");
    int result = super.recv(fd, buffer, length, flags);
    if (result > 0 && (flags & SocketConstants.MSG_PEEK) == 0) {
      addReceived(fd, result);
    }
    return result;
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    requireOpen(fd, "send");
    return super.send(fd, buffer, length, flags);
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    requireOpen(fd, "sendmsg");
    return super.sendmsg(fd, msghdr, flags);
  }

  @Override
  public int recvmmsg(int fd, long messages, int count, int flags) {
    requireOpen(fd, "recvmmsg");
    return fails("recvmmsg")
        ? -failures.get("recvmmsg")
        : super.recvmmsg(fd, messages, count, flags);
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    requireOpen(fd, "sendmmsg");
    return fails("sendmmsg")
        ? -failures.get("sendmmsg")
        : super.sendmmsg(fd, messages, count, flags);
  }

  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    requireOpen(outFd, "sendfile");
    fileSends++;
    fileSendBytesMax = Math.max(fileSendBytesMax, count);
    return super.sendfile(outFd, inFd, offset, count);
  }

  @Override
  public int shutdown(int fd, int how) {
    requireOpen(fd, "shutdown");
    return super.shutdown(fd, how);
  }

  @Override
  public int close(int fd) {
    requireOpen(fd, "close");
    if (inFlight.getOrDefault(fd, 0) != 0) {
      throw new AssertionError("close on fd " + fd + " with operations in flight");
    }
    open.remove(fd);
    received.remove(fd);
    return super.close(fd);
  }
}
