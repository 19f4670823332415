package dev.zloop.core.transport;

/** Where an operation is that has many completions, and goes on until it is cancelled or ends. */
enum Multishot {
  /** Nothing of it is with the kernel. */
  IDLE,

  /** It goes on. */
  ARMED,

  /** It was asked to end, and may complete until the completion that is its last. */
  CANCELLED
}
