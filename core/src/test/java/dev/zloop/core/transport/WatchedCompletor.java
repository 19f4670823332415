package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.uring.Completor;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds operations to what {@link WatchedSyscalls} hold calls to: their descriptors are open, and
 * stay so until the operation is over. An accept or connect fails where the test says so.
 */
public final class WatchedCompletor implements Completor {
  private final Completor kernel;
  private final WatchedSyscalls syscalls;
  private final Map<Long, Operation> operations = new HashMap<>();

  /** An operation in flight. */
  private static final class Operation {
    final String call;
    final int fd;

    /** The errno for whose sake it was cancelled, or 0. */
    int failure;

    Operation(String call, int fd) {
      this.call = call;
      this.fd = fd;
    }
  }

  private int result;

  public WatchedCompletor(Completor kernel, WatchedSyscalls syscalls) {
    this.kernel = kernel;
    this.syscalls = syscalls;
  }

  // ---- what it can do

  @Override
  public boolean capsMultishot() {
    return kernel.capsMultishot();
  }

  @Override
  public boolean consumesIncrementally() {
    return kernel.consumesIncrementally();
  }

  // ---- operations

  private boolean started(boolean queued, String call, int fd, long userData) {
    if (queued) {
      syscalls.requireOpen(fd, call);
      Operation before = operations.put(userData, new Operation(call, fd));
      if (before != null) {
        throw new AssertionError("a " + before.call + " has the user data of this " + call);
      }
      syscalls.addInFlight(fd, 1);
    }
    return queued;
  }

  @Override
  public boolean acceptMultishot(int fd, int flags, long userData) {
    return started(kernel.acceptMultishot(fd, flags, userData), "accept4", fd, userData);
  }

  @Override
  public boolean connect(int fd, long address, int addressLength, long userData) {
    return started(kernel.connect(fd, address, addressLength, userData), "connect", fd, userData);
  }

  @Override
  public boolean recv(int fd, int flags, int lengthMax, long userData) {
    return started(kernel.recv(fd, flags, lengthMax, userData), receive(flags), fd, userData);
  }

  @Override
  public boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData) {
    return started(
        kernel.recvMultishot(fd, flags, lengthMax, totalMax, userData),
        receive(flags),
        fd,
        userData);
  }

  private static String receive(int flags) {
    return (flags & SocketConstants.MSG_PEEK) == 0 ? "recv" : "peek";
  }

  @Override
  public boolean send(int fd, long buffer, int length, int flags, long userData) {
    return started(kernel.send(fd, buffer, length, flags, userData), "send", fd, userData);
  }

  @Override
  public boolean sendmsg(int fd, long msghdr, int flags, long userData) {
    return started(kernel.sendmsg(fd, msghdr, flags, userData), "sendmsg", fd, userData);
  }

  @Override
  public boolean pollMultishot(int fd, int events, long userData) {
    return started(kernel.pollMultishot(fd, events, userData), "poll", fd, userData);
  }

  @Override
  public boolean poll(int fd, int events, long userData) {
    return started(kernel.poll(fd, events, userData), "poll", fd, userData);
  }

  @Override
  public boolean cancel(long userData) {
    return kernel.cancel(userData);
  }

  @Override
  public boolean cancelAll(int fd) {
    return kernel.cancelAll(fd);
  }

  @Override
  public void provide(int bufferId, long address, int length) {
    kernel.provide(bufferId, address, length);
  }

  // ---- the turn

  @Override
  public int enter(long timeoutNanos) {
    operations.forEach(this::failIfToldTo);
    return kernel.enter(timeoutNanos);
  }

  private void failIfToldTo(long userData, Operation operation) {
    Integer errno = syscalls.failures.get(operation.call);
    if (errno != null && operation.failure == 0 && kernel.cancel(userData)) {
      operation.failure = errno;
    }
  }

  @Override
  public boolean hasCompletions() {
    return kernel.hasCompletions();
  }

  @Override
  public boolean next() {
    if (!kernel.next()) {
      return false;
    }
    result = kernel.result();
    Operation operation = operations.get(kernel.userData());
    if (operation != null) {
      complete(operation);
    }
    return true;
  }

  private void complete(Operation operation) {
    if (operation.failure != 0 && result == -Errno.ECANCELED) {
      result = -operation.failure;
    }
    if (result >= 0 && operation.call.equals("accept4")) {
      syscalls.opened(result);
    } else if (result > 0 && operation.call.equals("recv")) {
      syscalls.addReceived(operation.fd, result);
    }
    if (!kernel.hasMore()) {
      operations.remove(kernel.userData());
      syscalls.addInFlight(operation.fd, -1);
    }
  }

  @Override
  public long userData() {
    return kernel.userData();
  }

  @Override
  public int result() {
    return result;
  }

  @Override
  public boolean hasMore() {
    return kernel.hasMore();
  }

  @Override
  public int bufferId() {
    return kernel.bufferId();
  }

  @Override
  public boolean bufferHasMore() {
    return kernel.bufferHasMore();
  }

  @Override
  public void wakeup() {
    kernel.wakeup();
  }

  @Override
  public void close() {
    kernel.close(); // ends what is in flight, and tells nobody
    operations.values().forEach(each -> syscalls.addInFlight(each.fd, -1));
    operations.clear();
  }
}
