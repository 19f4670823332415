package dev.zloop.core.loop;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * How a loop ends: in order, after all that lives on it; before its first turn; or by a defect. For
 * the loop's thread, or the one that closes a loop which has none.
 *
 * <p>Whatever was accepted is accounted for. Tasks run before an orderly end, and are reported, one
 * by one, where they no longer can; timers that are not due are cancelled; what either of them
 * holds is given back, while the descriptors are still open.
 */
final class LoopEnd {
  private final EventLoop loop;
  private final LoopLife life;
  private final IoPort io;
  private final Inbox inbox;
  private final ArrayDeque<Runnable> ready;
  private final TimerHeap timers;

  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** In the order in which they came, and are told: two runs of one simulation do the same. */
  private final Set<LoopResource> resources = new LinkedHashSet<>();

  private boolean resourcesTold;
  private boolean ioClosed;

  LoopEnd(
      EventLoop loop, LoopLife life, Inbox inbox, ArrayDeque<Runnable> ready, TimerHeap timers) {
    this.loop = loop;
    this.life = life;
    this.io = loop.io();
    this.inbox = inbox;
    this.ready = ready;
    this.timers = timers;
  }

  /** Done when the loop has ended. */
  CompletionStage<Void> stage() {
    return closed.minimalCompletionStage();
  }

  // ---- what must end before

  void add(LoopResource resource) {
    boolean added = resources.add(resource);
    assert added;
    if (resourcesTold) {
      loop.defer(() -> tellClosing(resource));
    }
  }

  void remove(LoopResource resource) {
    boolean removed = resources.remove(resource);
    assert removed;
  }

  /** All that lives on the loop, in the order in which it came. */
  Collection<LoopResource> resources() {
    return Collections.unmodifiableSet(resources);
  }

  /** Unless it has ended meanwhile, as one resource may end another. */
  private void tellClosing(LoopResource resource) {
    if (resources.contains(resource)) {
      resource.onLoopClosing();
    }
  }

  // ---- in order

  /** A step of an orderly end: the first tells the resources, the last finds nothing left. */
  void advance() {
    if (!resourcesTold) {
      resourcesTold = true;
      List.copyOf(resources).forEach(this::tellClosing);
    }
    if (resources.isEmpty() && ready.isEmpty() && inbox.isEmpty()) {
      abandonTimers();
      end();
    }
  }

  /** The end of a loop that never ran a turn. */
  void endUnstarted() {
    abandonTasks("the loop was closed before it was started");
    try {
      end();
    } catch (Throwable defect) {
      stopLoudly(defect);
      throw defect;
    }
  }

  private void end() {
    closeIo();
    life.becomeClosed();
    closed.complete(null);
  }

  /** Not again where it failed: a descriptor's number may be somebody else's by then. */
  private void closeIo() {
    if (!ioClosed) {
      ioClosed = true;
      io.close();
    }
  }

  // ---- by a defect

  /** A defect of the engine itself: its state cannot be trusted, so it must not go on. */
  void stopLoudly(Throwable defect) {
    LoopLog.error("loop " + loop.name() + " stops because of a defect", defect);
    inbox.close();
    life.becomeClosed();
    abandonTimers();
    abandonTasks("the loop stopped because of a defect");
    try {
      closeIo();
      tellStopped(defect);
    } catch (Throwable error) {
      LoopLog.suppress(error, defect);
    }
    closed.completeExceptionally(defect);
  }

  /**
   * Tells all that lived on the loop. After the I/O was closed, and not at all if it cannot be:
   * their memory is free only once the kernel holds none of it, and whoever they tell may take a
   * descriptor for closed.
   */
  private void tellStopped(Throwable defect) {
    for (LoopResource resource : List.copyOf(resources)) {
      if (resources.remove(resource)) { // else it ended meanwhile, since another one told it
        try {
          resource.onLoopStopped(defect);
        } catch (Throwable error) { // it may be what is broken; the others are to hear nevertheless
          LoopLog.suppress(error, defect);
        }
      }
    }
  }

  // ---- what will not run

  private void abandonTimers() {
    int abandoned = timers.size();
    timers.clear(timer -> giveBack(timer.abandon()));
    if (abandoned > 0) {
      LoopLog.debug("loop " + loop.name() + " closed; pending timers cancelled: " + abandoned);
    }
  }

  private void abandonTasks(String why) {
    while (!inbox.isEmpty()) {
      Runnable task = inbox.poll();
      if (task != null) {
        ready.add(task);
      }
    }
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      abandon(task, why);
    }
  }

  /** A timer that is not due yet is only cancelled, as {@link EventLoop#close} says. */
  private void abandon(Runnable task, String why) {
    Runnable unrun = task;
    boolean due = true;
    if (task instanceof TimerTask timer) {
      unrun = timer.abandon();
      due = timer.isDue();
    }
    if (unrun != null && due) {
      String what = TaskName.saidBy(unrun) + " will not run on " + loop.name() + ": " + why;
      RejectedExecutionException refusal = new RejectedExecutionException(what);
      if (TaskOrigin.ON) {
        TaskOrigin.addTo(refusal, unrun);
      }
      loop.report(refusal);
    }
    giveBack(unrun);
  }

  private void giveBack(Runnable unrun) {
    if (unrun instanceof Abandonable holder) {
      try {
        holder.abandon();
      } catch (Throwable error) {
        loop.report(error);
      }
    }
  }
}
