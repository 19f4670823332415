package dev.zloop.core.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.zloop.core.Timer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A timer on its way - posted, armed, due, run - against a thread that cancels it. */
public class TimerStress {

  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it ran")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it was cancelled")
  @Outcome(expect = FORBIDDEN, desc = "both, or neither")
  @State
  public static class CancelMeetsTheWayToRun {
    private final EventLoop loop = new FakePort().loop();
    private int ran;
    private final Timer timer = loop.scheduleAt(() -> ran++, 0);

    @Actor
    public void loop(II_Result result) {
      for (int i = 0; i < 3; i++) {
        FakePort.turn(loop, false);
      }
      result.r1 = ran;
    }

    @Actor
    public void cancel(II_Result result) {
      result.r2 = timer.cancel() ? 1 : 0;
    }
  }

  /** The one moment that counts, without the way to it, and therefore far more often. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it ran")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it was cancelled")
  @Outcome(expect = FORBIDDEN, desc = "both, or neither")
  @State
  public static class CancelMeetsRun {
    /** Closed, so that a cancelled timer does not stay in its inbox. */
    private static final EventLoop CLOSED = new FakePort().loop();

    static {
      CLOSED.close();
    }

    private int ran;
    private final TimerTask timer = new TimerTask(CLOSED, () -> ran++, 0);

    public CancelMeetsRun() {
      timer.becomeDue();
    }

    @Actor
    public void loop(II_Result result) {
      timer.run();
      result.r1 = ran;
    }

    @Actor
    public void cancel(II_Result result) {
      result.r2 = timer.cancel() ? 1 : 0;
    }
  }
}
