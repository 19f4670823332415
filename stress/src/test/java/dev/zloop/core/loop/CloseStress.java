package dev.zloop.core.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A loop's end against a thread that gives it work. */
public class CloseStress {

  private static int execute(EventLoop loop, Runnable task) {
    try {
      loop.execute(task);
      return 1;
    } catch (RejectedExecutionException refused) {
      return 0;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "accepted, and run")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused, and not run")
  @Outcome(expect = FORBIDDEN, desc = "accepted and not run, or run though refused")
  @State
  public static class ExecuteMeetsTheEndOfARunningLoop {
    private final EventLoop loop = new FakePort().loop();
    private int ran;

    @Actor
    public void loop(II_Result result) {
      FakePort.turn(loop, false);
      loop.close();
      while (!loop.onClosed().toCompletableFuture().isDone()) {
        FakePort.turn(loop, false);
      }
      result.r2 = ran;
    }

    @Actor
    public void sender(II_Result result) {
      result.r1 = execute(loop, () -> ran++);
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "accepted, and reported as not run")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused, and not reported")
  @Outcome(expect = FORBIDDEN, desc = "accepted and not reported, or the reverse")
  @State
  public static class ExecuteMeetsTheEndOfALoopThatNeverRan {
    private int reported;
    private final EventLoop loop = new FakePort().loop((which, error) -> reported++);

    @Actor
    public void close() {
      loop.close();
    }

    @Actor
    public void sender(II_Result result) {
      result.r1 = execute(loop, () -> {});
    }

    @Arbiter
    public void count(II_Result result) {
      result.r2 = reported;
    }
  }

  /** Closing wakes a loop that sleeps, and the loop sees that it closes. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "closed")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "the close came after the turns")
  @Outcome(expect = FORBIDDEN, desc = "the loop sleeps on")
  @State
  public static class CloseMeetsSleep {
    private final FakePort port = FakePort.impatient();
    private final EventLoop loop = port.loop();

    @Actor
    public void loop(II_Result result) {
      try {
        for (int i = 0; i < 3; i++) {
          FakePort.turn(loop, true);
        }
      } catch (IllegalStateException closed) {
        // Where there was no turn before the close, or there is none left to make.
      }
      result.r1 = port.overslept ? 1 : 0;
    }

    @Actor
    public void close() {
      loop.close();
      port.giveUp();
    }

    @Arbiter
    public void look(II_Result result) {
      result.r2 = loop.onClosed().toCompletableFuture().isDone() ? 1 : 0;
    }
  }
}
