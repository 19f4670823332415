package dev.zloop.core.loop;

import dev.zloop.core.BlockedLoop;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A loop that was blocked goes on. */
@Name("dev.zloop.LoopRecovered")
@Label("Loop Recovered")
@Category("zloop")
@Description("The turn in which a loop was blocked is over")
@StackTrace(false)
final class LoopRecoveredEvent extends Event {
  @Label("Loop")
  String loop;

  @Label("Thread")
  @Description("The loop's thread")
  Thread loopThread;

  @Label("Running")
  @Description("The callback that ran when the loop was found blocked")
  String running;

  @Label("Blocked For")
  @Timespan(Timespan.NANOSECONDS)
  long blockedFor;

  static void emit(BlockedLoop report, long tookNanos) {
    LoopRecoveredEvent event = new LoopRecoveredEvent();
    if (event.isEnabled()) {
      event.loop = report.loop().name();
      event.loopThread = report.thread();
      event.running = report.running();
      event.blockedFor = tookNanos;
      event.commit();
    }
  }
}
