package dev.zloop.simulation;

/** What can go wrong in a simulated kernel. {@link Faults} says how often each does. */
public enum Fault {
  /** A receive brings up less than there is; the rest is announced later. */
  SHORT_READ,

  /** A send takes less than there is room for. */
  SHORT_WRITE,

  /** EAGAIN although there would have been something to do; it is announced later. */
  WOULD_BLOCK,

  /** EINTR: a wait ends early, a close says so although it has closed. */
  INTERRUPTED,

  /** ECONNRESET: something in the network resets the connection. */
  RESET,

  /** EPIPE: the connection goes down in the middle of sending. */
  BROKEN_PIPE,

  /** ETIMEDOUT: the network stops carrying a connection, or a connect gets no answer. */
  TIMED_OUT,

  /** ECONNREFUSED: a connect is refused although somebody listens. */
  REFUSED,

  /** ENETUNREACH: a connect fails at once. */
  UNREACHABLE,

  /** ECONNABORTED: a connection dies while it waits to be accepted. */
  ABORTED,

  /** EMFILE: the process has no descriptor left. */
  OUT_OF_DESCRIPTORS,

  /** ENFILE: the system has no file left. */
  OUT_OF_FILES,

  /** ENOBUFS: the kernel has no buffer left. */
  NO_BUFFERS,

  /** ENOMEM: the kernel has no memory left. */
  NO_MEMORY,

  /** A completion comes later than what it tells. */
  LATE_COMPLETION,

  /** Completions of different operations come in another order than they were made. */
  REORDERED_COMPLETION,

  /** The buffers that were provided are used up, though some are left. */
  BUFFERS_EXHAUSTED,

  /** The completion queue is full: completions wait in the kernel, multishot operations end. */
  COMPLETION_OVERFLOW,

  /** The submission queue is full, and the kernel takes nothing. */
  SUBMISSION_FULL,

  /** A multishot operation ends with a completion that is no failure. */
  MULTISHOT_ENDS,

  /** An edge is told although nothing has changed. */
  SPURIOUS_EDGE,

  /** An event of a descriptor that was closed is told afterwards. */
  STALE_EVENT,

  /** A wait ends although nothing has happened. */
  SPURIOUS_WAKEUP,

  /** A wakeup comes just when the loop is about to sleep, or has just woken. */
  WAKEUP_RACE,

  /** Time leaps forward, as when a machine was suspended. */
  CLOCK_JUMP,

  /** A packet is late by seconds. */
  LATE_PACKET,

  /** A number is given to a new descriptor in the very turn in which the old one was closed. */
  DESCRIPTOR_REUSED
}
