package dev.zloop.simulation.swarm;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** Tasks and timers that are given to the loop: each runs once, in order, and not too early. */
final class Tasks {
  private final Swarm swarm;
  private final EventLoop loop;
  private final List<Alarm> alarms = new ArrayList<>();

  private long given;
  private long ran;
  private long givenFromAfar;
  private long ranFromAfar;

  Tasks(Swarm swarm, EventLoop loop) {
    this.swarm = swarm;
    this.loop = loop;
  }

  /** A timer, and when it is to ring. */
  private final class Alarm implements Runnable {
    final long deadline;
    final boolean cancelsAnother;
    Timer timer;
    boolean over;

    Alarm(long delayNanos) {
      deadline = swarm.kernel.nanoTime() + delayNanos;
      cancelsAnother = swarm.dice.onceIn(4);
    }

    @Override
    public void run() {
      require(!over, "a timer ran twice, or although it was cancelled");
      require(swarm.kernel.nanoTime() - deadline >= 0, "a timer ran too early");
      over = true;
      alarms.remove(this);
      if (cancelsAnother) {
        cancelOne();
      }
    }
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw swarm.violated(what);
    }
  }

  /** Something with a task or a timer, on the loop's thread. */
  void act() {
    try {
      switch (swarm.dice.below(4)) {
        case 0 -> give();
        case 1 -> cancelOne();
        case 2 -> interfere();
        default -> schedule();
      }
    } catch (RejectedExecutionException closed) {
      require(swarm.isLoopClosing(), "an open loop rejects work");
    }
  }

  private void give() {
    long mine = given;
    loop.execute(() -> {
      require(ran == mine, "tasks ran in another order than they were given");
      ran++;
    });
    given++;
  }

  private void schedule() {
    long nanos = swarm.dice.magnitude(1 << 30);
    Alarm alarm = new Alarm(nanos);
    alarm.timer = loop.schedule(alarm, Duration.ofNanos(nanos));
    alarms.add(alarm);
  }

  private void cancelOne() {
    if (!alarms.isEmpty()) {
      Alarm alarm = alarms.remove(swarm.dice.below(alarms.size()));
      require(alarm.timer.cancel(), "a timer that did not run could not be cancelled");
      alarm.over = true;
    }
  }

  /** As another thread would. */
  void interfere() {
    if (swarm.dice.onceIn(4)) {
      loop.wakeup();
      return;
    }
    long mine = givenFromAfar;
    try {
      loop.executeFromAfar(() -> {
        require(ranFromAfar == mine, "tasks of another thread ran in another order");
        ranFromAfar++;
      });
      givenFromAfar++;
    } catch (RejectedExecutionException closed) {
      require(swarm.isLoopClosing(), "an open loop rejects work");
    }
  }

  /** Nothing is left to happen. */
  void checkDone() {
    require(ran == given, "tasks that were accepted did not run");
    require(ranFromAfar == givenFromAfar, "another thread's tasks did not run");
    require(alarms.isEmpty(), "timers did not run");
  }

  /** The loop has closed, maybe with timers pending. */
  void checkEnd() {
    require(ran == given, "tasks that were accepted did not run");
    require(ranFromAfar == givenFromAfar, "another thread's tasks did not run");
    alarms.forEach(alarm -> require(!alarm.timer.cancel(), "a timer outlived its loop"));
  }
}
