package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_ACCEPT_MULTISHOT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ASYNC_CANCEL_ALL;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ASYNC_CANCEL_FD;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_CQE_BUFFER_SHIFT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_CQE_F_BUFFER;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_CQE_F_BUF_MORE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_CQE_F_MORE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ACCEPT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ASYNC_CANCEL;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_CONNECT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_POLL_ADD;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_RECV;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_SEND;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_SENDMSG;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_POLL_ADD_MULTI;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_RECV_MULTISHOT;
import static dev.zloop.nativereactor.sys.UringConstants.IOSQE_BUFFER_SELECT;
import static dev.zloop.nativereactor.sys.UringConstants.IOSQE_CQE_SKIP_SUCCESS;

import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Sqe;
import dev.zloop.nativereactor.sys.UringSyscalls;

/** {@link Completor} on io_uring(7): the operations, each written into an entry of the queue. */
public final class UringCompletor implements Completor {
  private final Ring ring;
  private final boolean capsMultishot;

  UringCompletor(Ring ring, boolean capsMultishot) {
    this.ring = ring;
    this.capsMultishot = capsMultishot;
  }

  /**
   * Opens a ring, disabled until the first {@link #enter}, and registers room for buffers with it.
   *
   * @param options how large
   * @return a completor that the caller closes
   * @throws dev.zloop.nativereactor.sys.ErrnoException if there is none to be had: {@link
   *     UringProbe#unavailability()} says why
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static UringCompletor open(UringOptions options) {
    return open(options, LinuxUringSyscalls.open(), UringProbe.features());
  }

  /**
   * As {@link #open(UringOptions)}, on a kernel that lacks something, as calls of the caller's have
   * it: what there is is found out through them.
   *
   * @param syscalls for this completor alone
   */
  public static UringCompletor open(UringOptions options, UringSyscalls syscalls) {
    return open(options, syscalls, UringProbe.probe(syscalls));
  }

  /** For tests, which say themselves what there is. */
  static UringCompletor open(UringOptions options, UringSyscalls syscalls, UringFeatures features) {
    return new UringCompletor(new Ring(options, syscalls, features), features.capsMultishot());
  }

  @Override
  public boolean capsMultishot() {
    return capsMultishot;
  }

  @Override
  public boolean consumesIncrementally() {
    return ring.isIncremental();
  }

  // ---- operations

  @Override
  public boolean acceptMultishot(int fd, int flags, long userData) {
    long sqe = ring.nextEntry();
    if (sqe == 0) {
      return false;
    }
    Sqe.set(sqe, IORING_OP_ACCEPT, fd, 0, 0, flags, userData);
    Sqe.setPriority(sqe, IORING_ACCEPT_MULTISHOT);
    ring.started();
    return true;
  }

  @Override
  public boolean connect(int fd, long address, int addressLength, long userData) {
    long sqe = ring.nextEntry();
    if (sqe == 0) {
      return false;
    }
    Sqe.set(sqe, IORING_OP_CONNECT, fd, address, 0, 0, userData);
    Sqe.setOffset(sqe, addressLength);
    ring.started();
    return true;
  }

  @Override
  public boolean recv(int fd, int flags, int lengthMax, long userData) {
    return receive(fd, flags, lengthMax, userData) != 0;
  }

  @Override
  public boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData) {
    long sqe = receive(fd, flags, capsMultishot ? lengthMax : 0, userData);
    if (sqe == 0) {
      return false;
    }
    Sqe.setPriority(sqe, IORING_RECV_MULTISHOT);
    Sqe.setTotalLength(sqe, capsMultishot ? totalMax : 0);
    return true;
  }

  private long receive(int fd, int flags, int length, long userData) {
    long sqe = ring.nextEntry();
    if (sqe != 0) {
      Sqe.set(sqe, IORING_OP_RECV, fd, 0, length, flags, userData);
      Sqe.setFlags(sqe, IOSQE_BUFFER_SELECT);
      Sqe.setBufferGroup(sqe, BufferRing.GROUP);
      ring.started();
    }
    return sqe;
  }

  @Override
  public boolean send(int fd, long buffer, int length, int flags, long userData) {
    return start(IORING_OP_SEND, fd, buffer, length, flags, userData);
  }

  @Override
  public boolean sendmsg(int fd, long msghdr, int flags, long userData) {
    return start(IORING_OP_SENDMSG, fd, msghdr, 1, flags, userData);
  }

  @Override
  public boolean pollMultishot(int fd, int events, long userData) {
    return start(IORING_OP_POLL_ADD, fd, 0, IORING_POLL_ADD_MULTI, events, userData);
  }

  @Override
  public boolean poll(int fd, int events, long userData) {
    return start(IORING_OP_POLL_ADD, fd, 0, 0, events, userData);
  }

  private boolean start(
      int operation, int fd, long address, int length, int operationFlags, long userData) {
    long sqe = ring.nextEntry();
    if (sqe == 0) {
      return false;
    }
    Sqe.set(sqe, operation, fd, address, length, operationFlags, userData);
    ring.started();
    return true;
  }

  @Override
  public boolean cancel(long userData) {
    return cancel(-1, userData, IORING_ASYNC_CANCEL_ALL);
  }

  @Override
  public boolean cancelAll(int fd) {
    return cancel(fd, 0, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD);
  }

  /** Its success is not told, its failure hidden: neither says whether the operations are over. */
  private boolean cancel(int fd, long key, int flags) {
    long sqe = ring.nextEntry();
    if (sqe == 0) {
      return false;
    }
    Sqe.set(sqe, IORING_OP_ASYNC_CANCEL, fd, key, 0, flags, RESERVED_USER_DATA);
    Sqe.setFlags(sqe, IOSQE_CQE_SKIP_SUCCESS);
    return true;
  }

  @Override
  public void provide(int bufferId, long address, int length) {
    ring.provide(bufferId, address, length);
  }

  // ---- the turn

  @Override
  public int enter(long timeoutNanos) {
    return ring.enter(timeoutNanos);
  }

  @Override
  public boolean hasCompletions() {
    return ring.hasCompletions();
  }

  @Override
  public boolean next() {
    return ring.next();
  }

  @Override
  public long userData() {
    return ring.completions().userData();
  }

  @Override
  public int result() {
    return ring.completions().result();
  }

  @Override
  public boolean hasMore() {
    return (flags() & IORING_CQE_F_MORE) != 0;
  }

  @Override
  public int bufferId() {
    int flags = flags();
    return (flags & IORING_CQE_F_BUFFER) != 0 ? flags >>> IORING_CQE_BUFFER_SHIFT : -1;
  }

  @Override
  public boolean bufferHasMore() {
    return (flags() & IORING_CQE_F_BUF_MORE) != 0;
  }

  private int flags() {
    return ring.completions().flags();
  }

  @Override
  public void wakeup() {
    ring.wakeup();
  }

  @Override
  public void close() {
    ring.close();
  }
}
