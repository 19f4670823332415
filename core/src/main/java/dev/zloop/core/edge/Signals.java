package dev.zloop.core.edge;

import dev.zloop.core.SignalWatch;
import dev.zloop.core.loop.Abandonable;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * Signals of the process, told on the loops that ask for them. A signal has one handler in a
 * process: it is taken over for the first loop that asks, tells all that do, and gets back what it
 * had when the last of them is gone.
 */
public final class Signals {
  /** Those with a watch, by number: some have two names. Guarded by the class. */
  private static final Map<Integer, Taken> TAKEN = new HashMap<>();

  private Signals() {}

  /** As {@link dev.zloop.core.ZLoop#onSignal} says. From any thread. */
  public static SignalWatch watch(EventLoop loop, String name, Runnable handler) {
    Watch watch =
        new Watch(loop, Objects.requireNonNull(name, "name"), Objects.requireNonNull(handler));
    add(watch);
    try {
      loop.execute(new Arrival(watch));
    } catch (RejectedExecutionException closed) {
      remove(watch);
      throw closed;
    }
    return watch;
  }

  private static synchronized void add(Watch watch) {
    Taken taken = TAKEN.get(watch.number);
    if (taken == null) {
      taken = new Taken(watch.signal);
      TAKEN.put(watch.number, taken);
    }
    taken.watches.add(watch);
  }

  private static synchronized boolean isThere(Watch watch) {
    Taken taken = TAKEN.get(watch.number);
    return taken != null && taken.watches.contains(watch);
  }

  /** Whether it was there. */
  private static synchronized boolean remove(Watch watch) {
    Taken taken = TAKEN.get(watch.number);
    if (taken == null || !taken.watches.remove(watch)) {
      return false;
    }
    if (taken.watches.isEmpty()) {
      TAKEN.remove(watch.number);
      taken.giveBack();
    }
    return true;
  }

  private static synchronized List<Watch> watchesOf(Taken taken) {
    return List.copyOf(taken.watches);
  }

  /** A signal that is handled here. Guarded by the class. */
  private static final class Taken {
    private final String name;
    private final Object handler = JvmSignal.handler(this::tell);

    /** Null where it is not known, as the JVM keeps it by another name. */
    private final Object previous;

    final List<Watch> watches = new ArrayList<>();

    Taken(String name) {
      this.name = name;
      this.previous = JvmSignal.install(name, handler);
    }

    /**
     * On a thread of the JVM's. Where there is nobody any more to be told, it is for whom it was
     * taken from: loops are closing, or somebody who had taken it over gave it back to this.
     */
    private void tell() {
      boolean told = false;
      for (Watch watch : watchesOf(this)) {
        try {
          watch.loop.execute(watch);
          told = true;
        } catch (RejectedExecutionException closing) {
          // and takes the watch away
        }
      }
      if (!told) {
        JvmSignal.pass(name, previous);
      }
    }

    /** Unless somebody took it over meanwhile, who is to keep it. */
    void giveBack() {
      Object replaced =
          JvmSignal.install(name, previous != null ? previous : JvmSignal.byDefault("SIG_DFL"));
      if (replaced != handler && replaced != null) {
        JvmSignal.install(name, replaced);
      }
    }
  }

  /** One that is told; its run is one telling. */
  private static final class Watch implements SignalWatch, LoopResource, Runnable {
    final EventLoop loop;
    final String signal;
    final int number;
    private final Runnable handler;

    /** Whether the loop knows of it. Of the loop's thread. */
    private boolean arrived;

    Watch(EventLoop loop, String signal, Runnable handler) {
      this.loop = loop;
      this.signal = signal;
      this.number = JvmSignal.number(signal);
      this.handler = handler;
    }

    @Override
    public String signal() {
      return signal;
    }

    @Override
    public void run() {
      if (isThere(this)) {
        handler.run();
      }
    }

    void arrive() {
      if (isThere(this)) {
        arrived = true;
        loop.add(this);
      }
    }

    private void leave() {
      if (arrived) {
        arrived = false;
        loop.remove(this);
      }
    }

    @Override
    public void close() {
      if (remove(this)) {
        try {
          loop.execute(this::leave);
        } catch (RejectedExecutionException closing) {
          // which is told to leave
        }
      }
    }

    @Override
    public void onLoopClosing() {
      remove(this);
      leave();
    }

    @Override
    public void onLoopStopped(Throwable defect) {
      remove(this);
    }

    @Override
    public String toString() {
      return "the handler of signal " + signal;
    }
  }

  /** A watch on its way to the loop, which may end before it gets there. */
  private record Arrival(Watch watch) implements Abandonable {
    @Override
    public void run() {
      watch.arrive();
    }

    @Override
    public void abandon() {
      remove(watch);
    }

    @Override
    public String toString() {
      return watch.toString();
    }
  }
}
