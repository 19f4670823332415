package dev.zloop.nativereactor.sys;

/**
 * The numbers of io_uring(7), under their names in linux/io_uring.h: the same on both processors,
 * and therefore plain constants.
 */
public final class UringConstants {

  // Flags of io_uring_setup(2), and in brackets the Linux that has them.

  /** {@link UringParams#setCompletionEntries} counts. */
  public static final int IORING_SETUP_CQSIZE = 1 << 3;

  /** The ring is disabled at first, and nobody's: who enables it is its issuer (5.10). */
  public static final int IORING_SETUP_R_DISABLED = 1 << 6;

  /** One operation that is refused does not keep those behind it from being taken (5.18). */
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;

  /** {@link #IORING_SQ_TASKRUN} is kept (5.19). */
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;

  /** One thread alone submits; another is told -EEXIST (6.0). */
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;

  /** Completions are worked out in that thread's io_uring_enter(2), and nowhere else (6.1). */
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;

  /** No array of indices between the queue and its entries (6.6). */
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

  // What a ring can do: UringParams.features.

  /** {@link #IORING_ENTER_NO_IOWAIT} is known (6.15). */
  public static final int IORING_FEAT_NO_IOWAIT = 1 << 17;

  // Offsets for mmap(2) of a ring's descriptor.

  /** Both queues. */
  public static final long IORING_OFF_SQ_RING = 0;

  /** The entries of the submission queue. */
  public static final long IORING_OFF_SQES = 0x10000000L;

  // Flags of io_uring_enter(2).

  /** Work out completions, and wait for as many as wanted. */
  public static final int IORING_ENTER_GETEVENTS = 1;

  /** The argument is a {@link UringGetEventsArg}. */
  public static final int IORING_ENTER_EXT_ARG = 1 << 3;

  /** Waiting is idling, and not counted as waiting for a disk. */
  public static final int IORING_ENTER_NO_IOWAIT = 1 << 7;

  // Flags of the submission queue, which the kernel sets.

  /** There are completions that the queue could not hold: enter to have them. */
  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;

  /** There are completions to be worked out: enter to have them. */
  public static final int IORING_SQ_TASKRUN = 1 << 2;

  // Operations.

  /** poll(2). */
  public static final int IORING_OP_POLL_ADD = 6;

  /** sendmsg(2). */
  public static final int IORING_OP_SENDMSG = 9;

  /** accept4(2). */
  public static final int IORING_OP_ACCEPT = 13;

  /** Ends other operations. */
  public static final int IORING_OP_ASYNC_CANCEL = 14;

  /** connect(2). */
  public static final int IORING_OP_CONNECT = 16;

  /** send(2). */
  public static final int IORING_OP_SEND = 26;

  /** recv(2). */
  public static final int IORING_OP_RECV = 27;

  /** A completion for another ring. */
  public static final int IORING_OP_MSG_RING = 40;

  // Flags of any operation.

  /** The kernel takes a buffer from the group. */
  public static final int IOSQE_BUFFER_SELECT = 1 << 5;

  /** A completion only if it fails. */
  public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

  // Flags of single operations.

  /** In the length of IORING_OP_POLL_ADD: again and again. */
  public static final int IORING_POLL_ADD_MULTI = 1;

  /** In the priority of IORING_OP_RECV: again and again. */
  public static final int IORING_RECV_MULTISHOT = 1 << 1;

  /** In the priority of IORING_OP_ACCEPT: again and again. */
  public static final int IORING_ACCEPT_MULTISHOT = 1;

  /** Cancel whatever matches, not only the first. */
  public static final int IORING_ASYNC_CANCEL_ALL = 1;

  /** The key is the descriptor, and not the user data. */
  public static final int IORING_ASYNC_CANCEL_FD = 1 << 1;

  /** Everything matches. */
  public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;

  /** In the address of IORING_OP_MSG_RING: a result and user data. */
  public static final int IORING_MSG_DATA = 0;

  // Flags of a completion.

  /** It names a buffer. */
  public static final int IORING_CQE_F_BUFFER = 1;

  /** The operation goes on. */
  public static final int IORING_CQE_F_MORE = 1 << 1;

  /** The kernel goes on with the buffer. */
  public static final int IORING_CQE_F_BUF_MORE = 1 << 4;

  /** Where in the flags the buffer's id is. */
  public static final int IORING_CQE_BUFFER_SHIFT = 16;

  // Operations of io_uring_register(2).

  /** Which operations there are. */
  public static final int IORING_REGISTER_PROBE = 8;

  /** Enables a ring that was disabled. */
  public static final int IORING_REGISTER_ENABLE_RINGS = 12;

  /** Registers a ring of provided buffers (5.19). */
  public static final int IORING_REGISTER_PBUF_RING = 22;

  /** Ends that. */
  public static final int IORING_UNREGISTER_PBUF_RING = 23;

  /** Cancels, and waits until that has happened (6.0). */
  public static final int IORING_REGISTER_SYNC_CANCEL = 24;

  /** IORING_OP_MSG_RING for who has no ring (6.13). */
  public static final int IORING_REGISTER_SEND_MSG_RING = 31;

  /** The operation exists: flag of an element of {@link UringProbeResult}. */
  public static final int IO_URING_OP_SUPPORTED = 1;

  /** A buffer is filled piece by piece (6.12). */
  public static final int IOU_PBUF_RING_INC = 2;

  // For mmap(2).

  /** To be read. */
  public static final int PROT_READ = 1;

  /** To be written. */
  public static final int PROT_WRITE = 2;

  /** Shared with the kernel. */
  public static final int MAP_SHARED = 1;

  /** Nobody else's. */
  public static final int MAP_PRIVATE = 2;

  /** Memory of no file. */
  public static final int MAP_ANONYMOUS = 0x20;

  /** With its pages at once. */
  public static final int MAP_POPULATE = 0x8000;

  private UringConstants() {}
}
