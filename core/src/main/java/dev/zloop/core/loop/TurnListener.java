package dev.zloop.core.loop;

/**
 * Hears how the turns of a loop went: {@link TurnMeter#add}. Called on the loop's thread, in which
 * it takes its time; what it throws is reported to the loop.
 */
public interface TurnListener {

  /**
   * A turn is over.
   *
   * @param busyNanos from the end of its wait in the kernel on: how long whatever came meanwhile
   *     had to wait
   * @param queued how many tasks and due timers there were to run
   * @param run how many of them ran
   */
  void onTurn(long busyNanos, int queued, int run);

  /** A timer was found due, so long after its time. */
  void onTimer(long lateNanos);
}
