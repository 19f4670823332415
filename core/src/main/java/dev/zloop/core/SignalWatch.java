package dev.zloop.core;

/**
 * Somebody who is told of a signal of the process. Made by {@link ZLoop#onSignal}; safe to use from
 * any thread.
 */
public interface SignalWatch extends AutoCloseable {

  /** The signal's name, as in {@code TERM}. */
  String signal();

  /**
   * Ends it: on the loop's thread the handler certainly does not run any more when this returns.
   * With the last watch of a signal, whatever it did before comes back. Idempotent.
   */
  @Override
  void close();
}
