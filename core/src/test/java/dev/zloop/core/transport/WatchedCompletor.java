package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.uring.Completor;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Holds operations to what {@link WatchedSyscalls} hold calls to: their descriptors are open, and
 * stay so until the operation is over. Operations fail where the test says so: those that begin
 * then never reach the kernel, and those in flight are cancelled.
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

  /** User data of operations that fail without having reached the kernel. */
  private final ArrayDeque<Long> failed = new ArrayDeque<>();

  /** Of the completion at hand. */
  private long userData;

  private int result;

  /** Whether the completion at hand is one of the kernel's. */
  private boolean ofKernel;

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

  private boolean start(String call, int fd, long userData, BooleanSupplier queue) {
    Integer errno = syscalls.failures.get(call);
    if (errno == null && !queue.getAsBoolean()) {
      return false;
    }
    syscalls.requireOpen(fd, call);
    Operation operation = new Operation(call, fd);
    Operation before = operations.put(userData, operation);
    if (before != null) {
      throw new AssertionError("a " + before.call + " has the user data of this " + call);
    }
    syscalls.addInFlight(fd, 1);
    if (errno != null) {
      operation.failure = errno;
      failed.add(userData);
    }
    return true;
  }

  @Override
  public boolean acceptMultishot(int fd, int flags, long userData) {
    return start("accept4", fd, userData, () -> kernel.acceptMultishot(fd, flags, userData));
  }

  @Override
  public boolean connect(int fd, long address, int addressLength, long userData) {
    return start(
        "connect", fd, userData, () -> kernel.connect(fd, address, addressLength, userData));
  }

  @Override
  public boolean recv(int fd, int flags, int lengthMax, long userData) {
    return start(receive(flags), fd, userData, () -> kernel.recv(fd, flags, lengthMax, userData));
  }

  @Override
  public boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData) {
    return start(
        receive(flags),
        fd,
        userData,
        () -> kernel.recvMultishot(fd, flags, lengthMax, totalMax, userData));
  }

  private static String receive(int flags) {
    return (flags & SocketConstants.MSG_PEEK) == 0 ? "recv" : "peek";
  }

  @Override
  public boolean send(int fd, long buffer, int length, int flags, long userData) {
    return start("send", fd, userData, () -> kernel.send(fd, buffer, length, flags, userData));
  }

  @Override
  public boolean sendmsg(int fd, long msghdr, int flags, long userData) {
    return start("sendmsg", fd, userData, () -> kernel.sendmsg(fd, msghdr, flags, userData));
  }

  @Override
  public boolean pollMultishot(int fd, int events, long userData) {
    return start("poll", fd, userData, () -> kernel.pollMultishot(fd, events, userData));
  }

  @Override
  public boolean poll(int fd, int events, long userData) {
    return start("poll", fd, userData, () -> kernel.poll(fd, events, userData));
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
    return kernel.enter(failed.isEmpty() ? timeoutNanos : 0);
  }

  private void failIfToldTo(long userData, Operation operation) {
    Integer errno = syscalls.failures.get(operation.call);
    if (errno != null && operation.failure == 0 && kernel.cancel(userData)) {
      operation.failure = errno;
    }
  }

  @Override
  public boolean hasCompletions() {
    return !failed.isEmpty() || kernel.hasCompletions();
  }

  @Override
  public boolean next() {
    ofKernel = failed.isEmpty();
    if (ofKernel && !kernel.next()) {
      return false;
    }
    userData = ofKernel ? kernel.userData() : failed.poll();
    result = ofKernel ? kernel.result() : -Errno.ECANCELED;
    Operation operation = operations.get(userData);
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
    if (!hasMore()) {
      operations.remove(userData);
      syscalls.addInFlight(operation.fd, -1);
    }
  }

  @Override
  public long userData() {
    return userData;
  }

  @Override
  public int result() {
    return result;
  }

  @Override
  public boolean hasMore() {
    return ofKernel && kernel.hasMore();
  }

  @Override
  public int bufferId() {
    return ofKernel ? kernel.bufferId() : -1;
  }

  @Override
  public boolean bufferHasMore() {
    return ofKernel && kernel.bufferHasMore();
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
