package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_MSG_DATA;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_MSG_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_NO_SQARRAY;

import dev.zloop.nativereactor.poll.WakerGate;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Sqe;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.sys.UringSyscalls;

/**
 * A ring's descriptor, to which any thread may send a message, also while and after it is closed:
 * {@link WakerGate}.
 */
final class RingDescriptor {
  private final UringSyscalls syscalls;
  private final int fd;
  private final WakerGate gate = new WakerGate();

  /** Written once, before the ring is anybody else's, and read by the kernel from then on. */
  private final Region message;

  private RingDescriptor(UringSyscalls syscalls, int fd, Region message) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.message = message;
  }

  /**
   * io_uring_setup(2), without {@link
   * dev.zloop.nativereactor.sys.UringConstants#IORING_SETUP_NO_SQARRAY} where the kernel does not
   * know it.
   *
   * @param params zeroed but for the size of the completion queue
   * @param flags IORING_SETUP_*
   * @throws ErrnoException if there is no ring to be had
   */
  static RingDescriptor open(UringSyscalls syscalls, int entries, long params, int flags) {
    int completionEntries = UringParams.completionEntries(params);
    UringParams.setFlags(params, flags | IORING_SETUP_NO_SQARRAY);
    int fd = syscalls.setup(entries, params);
    if (fd == -Errno.EINVAL) {
      UringParams.setFlags(params, flags);
      UringParams.setCompletionEntries(params, completionEntries);
      fd = syscalls.setup(entries, params);
    }
    ErrnoException.check("io_uring_setup", fd);
    Region message = null;
    try {
      message = Region.allocate(Sqe.SIZE, Long.BYTES);
      Sqe.set(message.address(), IORING_OP_MSG_RING, fd, IORING_MSG_DATA, 0, 0, 0);
      Sqe.setOffset(message.address(), Completor.RESERVED_USER_DATA);
      return new RingDescriptor(syscalls, fd, message);
    } finally {
      if (message == null) {
        syscalls.close(fd);
      }
    }
  }

  int fd() {
    return fd;
  }

  /**
   * Posts a completion with the reserved user data, and thereby ends the wait of whoever waits.
   * From any thread.
   *
   * @return 0, or -errno; -EBADF if closed
   */
  int sendMessage() {
    if (!gate.enter()) {
      return -Errno.EBADF;
    }
    try {
      return syscalls.sendMessage(message.address());
    } finally {
      if (gate.leave()) {
        closeDescriptor();
      }
    }
  }

  /** From any thread, any number of times. */
  void close() {
    if (gate.shut()) {
      closeDescriptor();
    }
  }

  private void closeDescriptor() {
    boolean closed = syscalls.close(fd);
    assert closed;
    message.close();
  }
}
