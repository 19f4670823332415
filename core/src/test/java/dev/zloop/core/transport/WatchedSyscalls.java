package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Knows which descriptors are open, and fails a test that uses or closes one that is not: in a
 * server the number may be somebody else's by then.
 */
final class WatchedSyscalls extends ForwardingSyscalls {
  final Set<Integer> open = new TreeSet<>();

  /** How many calls of sendmsg(2) were made; send(2) is not counted. */
  int vectoredSends;

  private final Map<Integer, Long> received = new HashMap<>();

  WatchedSyscalls(Syscalls kernel) {
    super(kernel);
  }

  /** How many bytes were received from a descriptor since it was opened. */
  long received(int fd) {
    return received.getOrDefault(fd, 0L);
  }

  private int opened(int fd) {
    if (fd >= 0 && !open.add(fd)) {
      throw new AssertionError("fd " + fd + " was open already");
    }
    return fd;
  }

  private void requireOpen(int fd, String call) {
    if (!open.contains(fd)) {
      throw new AssertionError(call + " on fd " + fd + ", which is not open");
    }
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return opened(super.socket(domain, type, protocol));
  }

  @Override
  public int accept4(int fd, int flags) {
    return opened(super.accept4(fd, flags));
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    requireOpen(fd, "setsockopt");
    return super.setsockopt(fd, level, name, value, valueLength);
  }

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    requireOpen(fd, "recv");
    int result = super.recv(fd, buffer, length, flags);
    if (result > 0 && (flags & SocketConstants.MSG_PEEK) == 0) {
      received.merge(fd, (long) result, Long::sum);
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
    vectoredSends++;
    return super.sendmsg(fd, msghdr, flags);
  }

  @Override
  public int shutdown(int fd, int how) {
    requireOpen(fd, "shutdown");
    return super.shutdown(fd, how);
  }

  @Override
  public int close(int fd) {
    requireOpen(fd, "close");
    open.remove(fd);
    received.remove(fd);
    return super.close(fd);
  }
}
