package dev.zloop.core.edge;

/** Something going on that can be called off, on the loop's thread. */
@FunctionalInterface
public interface Cancellable {

  /**
   * Calls it off: its callback hears nothing from here on. Idempotent; nothing to do at its end.
   */
  void cancel();
}
