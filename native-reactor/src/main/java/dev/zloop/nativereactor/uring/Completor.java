package dev.zloop.nativereactor.uring;

/**
 * Carries out operations and tells their completions, as io_uring(7) does. It knows no timers,
 * callbacks or transports, and no descriptor's life: whoever starts an operation sees to it that
 * its descriptor stays open, and its memory as it is, until the operation is over.
 *
 * <p>An operation is queued by its method, given to the kernel by the next {@link #enter}, or
 * before if the queue is full, and over with the completion that says {@link #hasMore} no longer.
 * Multishot operations have many completions; a receive takes its memory from the buffers that were
 * {@linkplain #provide provided}.
 *
 * <p>Methods that queue return whether they could: false means that the queue is full and that the
 * kernel takes nothing now; try again after the next {@link #enter}. {@code userData} comes back
 * with each completion of its operation: any number but {@link #RESERVED_USER_DATA}. What the
 * kernel thinks of an operation is its completion's {@link #result}, {@code -errno} included; no
 * method throws for it.
 *
 * <p>A completor is made by one thread and belongs, from the first {@link #enter} on, to the thread
 * that calls it; {@link #wakeup} alone is for any thread.
 */
public interface Completor extends AutoCloseable {

  /** The one user data that a completor keeps for operations of its own. */
  long RESERVED_USER_DATA = -1;

  // ---- what it can do, constant over its life

  /**
   * Whether {@link #recvMultishot} observes its bounds (Linux 6.17). Without, use {@link #recv}.
   */
  boolean capsMultishot();

  /**
   * Whether a receive that leaves room in its buffer leaves it for the next one ({@code
   * IOU_PBUF_RING_INC}, Linux 6.12); without, each receive uses up a buffer.
   */
  boolean consumesIncrementally();

  // ---- operations

  /**
   * accept4(2), until cancelled or failed. Each completion's result is a descriptor, or -errno.
   *
   * @param flags SOCK_NONBLOCK and SOCK_CLOEXEC
   */
  boolean acceptMultishot(int fd, int flags, long userData);

  /**
   * connect(2). The result is 0 or -errno.
   *
   * @param address of a sockaddr that stays as it is until {@link #enter} has returned
   */
  boolean connect(int fd, long address, int addressLength, long userData);

  /**
   * recv(2) into a provided buffer, once: the result is bytes, 0 at the end of a stream, or -errno;
   * -ENOBUFS when no buffer was provided.
   *
   * @param flags MSG_*, or 0
   * @param lengthMax bytes, above 0; the buffer's room, if that is less
   */
  boolean recv(int fd, int flags, int lengthMax, long userData);

  /**
   * As {@link #recv}, again and again: until cancelled, failed, at the end of the stream, or short
   * of buffers (-ENOBUFS).
   *
   * @param lengthMax bytes of one completion, at the most
   * @param totalMax bytes after which it ends by itself, exceeded by less than {@code lengthMax};
   *     neither bound holds unless {@link #capsMultishot}
   */
  boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData);

  /**
   * send(2). The result is the bytes taken, possibly fewer than given, or -errno.
   *
   * @param buffer of bytes that stay as they are until the completion
   * @param flags MSG_*: the caller gives MSG_NOSIGNAL
   */
  boolean send(int fd, long buffer, int length, int flags, long userData);

  /**
   * sendmsg(2), the vectored {@link #send}.
   *
   * @param msghdr of a message whose header and vector stay as they are until {@link #enter} has
   *     returned, and whose bytes do until the completion
   */
  boolean sendmsg(int fd, long msghdr, int flags, long userData);

  /**
   * poll(2), until cancelled: each completion's result is a set of POLL* bits that have arisen, or
   * -errno. POLLERR and POLLHUP come unasked, and may end it.
   *
   * @param events POLLIN, POLLOUT, POLLRDHUP, ..
   */
  boolean pollMultishot(int fd, int events, long userData);

  /** As {@link #pollMultishot}, once. */
  boolean poll(int fd, int events, long userData);

  /**
   * Asks that the operations with this user data end. Each ends with a completion of its own:
   * -ECANCELED, or what it came to before. The request itself completes in silence.
   */
  boolean cancel(long userData);

  /** As {@link #cancel}, for all operations on a descriptor. */
  boolean cancelAll(int fd);

  // ---- buffers

  /**
   * Lends a buffer to the kernel; it is received into after the next {@link #enter}, and lent until
   * a completion with its id says {@link #bufferHasMore} no longer.
   *
   * @param bufferId from 0, below the number that the completor was opened for; not lent now
   * @param length bytes, above 0
   */
  void provide(int bufferId, long address, int length);

  // ---- the turn

  /**
   * Gives the kernel what was queued, lets it do its work, and waits until there is a completion, a
   * wakeup, or the timeout has passed; may return early. With nothing to give, nothing to do and a
   * timeout of 0 it makes no system call. What is not taken now is given again by the next call.
   *
   * <p>The thread is in native code meanwhile: the collector does not wait for it.
   *
   * @param timeoutNanos nanoseconds; negative: for ever; 0: not at all
   * @return 0, after EINTR too, or -errno, which is a defect
   */
  int enter(long timeoutNanos);

  /** Whether {@link #next} would find something, with or without its being of interest. */
  boolean hasCompletions();

  /**
   * Goes on to the next completion, in the order in which they came. Completions may be left for a
   * later turn; the kernel keeps what its queue cannot hold, and does not lose any.
   *
   * @return false if there is none now
   */
  boolean next();

  /** The user data of the completion at hand; so are the following. */
  long userData();

  /** Its result: what the system call would have returned, or -errno. */
  int result();

  /** Whether the operation goes on and will complete again. */
  boolean hasMore();

  /** The buffer that was received into, or -1. */
  int bufferId();

  /** Whether that buffer remains lent to the kernel, which goes on filling it where it stopped. */
  boolean bufferHasMore();

  /**
   * Ends the {@link #enter} that is going on, or the next one if none is. Several may count as one;
   * none is lost. From any thread, at any time, also after {@link #close}, when nothing happens.
   * Never blocks. It carries no memory with it: publish first what the woken thread shall see.
   */
  void wakeup();

  /**
   * Ends what is in flight, waits for that end, which no peer can delay, and closes. No memory is
   * touched after. Completions that were not taken are gone with what they carry: a descriptor that
   * was accepted and not told of stays open, so cancel accepts, and take their end, before.
   * Idempotent; on the thread that entered, or on any if none did.
   */
  @Override
  void close();
}
