package dev.zloop.core.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Falling asleep against being woken. Both sides write and then read the other's word, which is
 * what processors reorder: x86 lets a read overtake an earlier write, unless something stands
 * between.
 */
public class SleepStress {

  /** What the loop's thread does: one turn, which sleeps if it finds nothing. */
  private static int turn(FakePort port, EventLoop loop) {
    FakePort.turn(loop, true);
    return port.overslept ? 1 : 0;
  }

  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the task was seen in time, or woke the loop")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "and ran already")
  @Outcome(expect = FORBIDDEN, desc = "the loop sleeps on a task, and nobody wakes it")
  @State
  public static class ExecuteMeetsSleep {
    private final FakePort port = FakePort.impatient();
    private final EventLoop loop = port.loop();
    private int ran;

    @Actor
    public void loop(II_Result result) {
      result.r1 = turn(port, loop);
      result.r2 = ran;
    }

    @Actor
    public void sender() {
      loop.execute(() -> ran++);
      port.giveUp();
    }
  }

  /** A bare wakeup carries the memory that was written before it. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "woken, or about to be; the write is not due")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "woken, and the write is seen")
  @Outcome(expect = FORBIDDEN, desc = "the wakeup was lost")
  @State
  public static class WakeupMeetsSleep {
    private final FakePort port = FakePort.impatient();
    private final EventLoop loop = port.loop();
    private int written;

    @Actor
    public void loop(II_Result result) {
      result.r1 = turn(port, loop);
      result.r2 = written;
    }

    @Actor
    public void waker() {
      written = 1;
      loop.wakeup();
      port.giveUp();
    }
  }

  /** However many send, one makes the system call. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "one woke it")
  @Outcome(expect = FORBIDDEN, desc = "nobody woke it, or both did")
  @State
  public static class TwoSendersMeetALoopThatSleeps {
    private final FakePort port = new FakePort();
    private final AtomicInteger wakeups = new AtomicInteger();
    private final Inbox inbox = new Inbox(8);
    private final LoopSleep sleep = new LoopSleep(inbox, port);

    public TwoSendersMeetALoopThatSleeps() {
      port.onWakeup = wakeups::incrementAndGet;
      sleep.announce();
    }

    @Actor
    public void first() {
      send();
    }

    @Actor
    public void second() {
      send();
    }

    private void send() {
      inbox.offer(() -> {});
      sleep.wakeIfAsleep();
    }

    @Arbiter
    public void count(I_Result result) {
      result.r1 = wakeups.get();
    }
  }
}
