package dev.zloop.simulation.kernel;

/** How far a socket is, for the table of faults. */
public enum SocketState {
  /** The call concerns no socket. */
  NO_SOCKET,
  FRESH,
  LISTENING,
  CONNECTING,
  OPEN,
  /** The peer has ended its output. */
  INPUT_ENDED,
  /** This end has. */
  OUTPUT_ENDED,
  BOTH_ENDED,
  /** Reset, or timed out, or not connected after all. */
  BROKEN
}
