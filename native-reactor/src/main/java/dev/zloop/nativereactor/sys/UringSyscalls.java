package dev.zloop.nativereactor.sys;

/**
 * The calls of io_uring(7), with mmap(2) and eventfd(2) which go with it; Linux only, under the
 * rules of {@link Syscalls}: a non-negative result or {@code -errno}, and one thread at a time.
 * {@link #sendMessage} may be called by any thread.
 */
public interface UringSyscalls extends EventfdSyscalls {

  /**
   * io_uring_setup(2). The new descriptor, close-on-exec, or -errno: -EINVAL for a flag or a size
   * that the kernel does not know, -ENOMEM at the limit of locked memory, -EMFILE, -ENFILE, -EPERM
   * where kernel.io_uring_disabled or a sandbox forbids it, -ENOSYS without io_uring. EINTR does
   * not occur.
   *
   * @param entries of the submission queue, rounded up to a power of two
   * @param params of {@link UringParams}, which the kernel completes
   * @return the descriptor, or -errno
   */
  int setup(int entries, long params);

  /**
   * io_uring_enter(2). The number of entries taken, or -errno if none was and something is to be
   * said: -ETIME after the timeout, -EAGAIN and -EBUSY when it can take none now, -EBADFD for a
   * ring that is disabled, -EEXIST for a thread that is not its issuer. EINTR is returned as
   * -EINTR: time has passed, and only the caller knows how much of it is left.
   *
   * @param fd the ring
   * @param toSubmit how many entries may be taken
   * @param minComplete how many completions to wait for, with IORING_ENTER_GETEVENTS
   * @param flags IORING_ENTER_*
   * @param argument of a {@link UringGetEventsArg}, with IORING_ENTER_EXT_ARG; else 0
   * @param argumentSize its bytes
   * @return the number of entries taken, or -errno
   */
  int enter(int fd, int toSubmit, int minComplete, int flags, long argument, long argumentSize);

  /**
   * io_uring_register(2). A non-negative result or -errno: -EINVAL for an operation that the kernel
   * does not know. EINTR is returned as -EINTR.
   *
   * @param fd the ring
   * @param operation IORING_REGISTER_* or IORING_UNREGISTER_*
   * @param argument whatever the operation wants, or 0
   * @param count of what is at the argument
   * @return 0 or what the operation says, or -errno
   */
  int register(int fd, int operation, long argument, int count);

  /**
   * io_uring_register(2) with IORING_REGISTER_SEND_MSG_RING and no ring of one's own. 0, or -errno:
   * -EBADFD while the ring is disabled, -EOWNERDEAD when its issuer is gone, -ENOMEM, -EAGAIN,
   * -EOVERFLOW when it could not be delivered. From any thread. Errno costs a second attempt: a
   * call that fails is made again with somewhere to leave it.
   *
   * @param sqe of a {@link Sqe} with IORING_OP_MSG_RING
   * @return 0, or -errno
   */
  int sendMessage(long sqe);

  /**
   * mmap(2), at an address of the kernel's choice. The address, or -errno: -ENOMEM, -EAGAIN at the
   * limit of locked memory. EINTR does not occur.
   *
   * @param length in bytes
   * @param protection PROT_*
   * @param flags MAP_*
   * @param fd the ring, or -1
   * @param offset IORING_OFF_*
   * @return the address, or -errno
   */
  long mmap(long length, int protection, int flags, int fd, long offset);

  /**
   * munmap(2). 0, or -errno: -EINVAL for what is no mapping. EINTR does not occur.
   *
   * @param address of the mapping
   * @param length in bytes
   * @return 0, or -errno
   */
  int munmap(long address, long length);
}
