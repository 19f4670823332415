package dev.zloop.simulation.kernel;

/** What a loop asks of the kernel, for the table of faults. */
public enum Call {
  SOCKET,
  BIND,
  LISTEN,
  ACCEPT,
  CONNECT,
  GETSOCKNAME,
  GETPEERNAME,
  GETSOCKOPT,
  SETSOCKOPT,
  RECV,
  PEEK,
  SEND,
  SENDMSG,
  SHUTDOWN,
  CLOSE,
  /** Registering a descriptor with a poller. */
  WATCH,
  /** Waiting in a poller. */
  POLL,
  /** Waiting in a completor. */
  ENTER,
  /** From here on: operations of a completor. */
  ACCEPT_OPERATION,
  CONNECT_OPERATION,
  RECV_OPERATION,
  RECV_MULTISHOT,
  SEND_OPERATION,
  SENDMSG_OPERATION,
  POLL_OPERATION,
  POLL_MULTISHOT,
  CANCEL
}
