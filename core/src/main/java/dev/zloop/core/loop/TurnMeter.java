package dev.zloop.core.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures the turns of a loop for who wants to know, and for JDK Flight Recorder; for nobody it
 * does not look at the clock. On the loop's thread.
 */
public final class TurnMeter {
  private final EventLoop loop;
  private final List<TurnListener> listeners = new ArrayList<>(2);
  private long begunNanos;

  /** False while nobody listens, and in the turn in which somebody begins to. */
  private boolean begun;

  /** The same one for all turns: what a turn tells is copied when it is committed. */
  private final TurnEvent event = new TurnEvent();

  /** Whether this turn is recorded, if it takes long enough. */
  private boolean recorded;

  private long turns;

  TurnMeter(EventLoop loop) {
    this.loop = loop;
  }

  /** Tells a listener of the turns from the next one on; for two looks at the clock each. */
  public void add(TurnListener listener) {
    assert loop.inLoop();
    listeners.add(listener);
  }

  /** The counterpart of {@link #add}. */
  public void remove(TurnListener listener) {
    assert loop.inLoop();
    listeners.remove(listener);
  }

  /** How many turns there were, the one at hand included. On the loop's thread. */
  long turns() {
    return turns;
  }

  /** The wait in the kernel is over. */
  void begin() {
    turns++;
    begun = !listeners.isEmpty();
    if (begun) {
      begunNanos = loop.nanoTime();
    }
    recorded = event.isEnabled();
    if (recorded) {
      event.begin();
    }
  }

  void timer(long lateNanos) {
    if (begun) {
      tell(listener -> listener.onTimer(lateNanos));
    }
  }

  void end(int served, int queued, int run) {
    if (recorded) {
      event.end();
      if (event.shouldCommit()) {
        event.loop = loop.name();
        event.served = served;
        event.queued = queued;
        event.run = run;
        event.commit();
      }
    }
    if (begun) {
      long busyNanos = loop.nanoTime() - begunNanos;
      tell(listener -> listener.onTurn(busyNanos, queued, run));
    }
  }

  private void tell(Consumer<TurnListener> event) {
    for (TurnListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable error) {
        loop.report(error);
      }
    }
  }
}
