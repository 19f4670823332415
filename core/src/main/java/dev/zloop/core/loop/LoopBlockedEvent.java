package dev.zloop.core.loop;

import dev.zloop.core.BlockedLoop;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The watchdog found a loop blocked. */
@Name("dev.zloop.LoopBlocked")
@Label("Loop Blocked")
@Category("zloop")
@Description("A turn of a loop has been at work for longer than is allowed")
@StackTrace(false) // it would be the watchdog's
final class LoopBlockedEvent extends Event {
  @Label("Loop")
  String loop;

  @Label("Thread")
  @Description("The loop's thread")
  Thread loopThread;

  @Label("Running")
  @Description("The callback that runs")
  String running;

  @Label("Blocked For")
  @Timespan(Timespan.NANOSECONDS)
  long blockedFor;

  @Label("JVM Stood Still")
  @Description("How long the whole JVM did nothing meanwhile, which is not in the time above")
  @Timespan(Timespan.NANOSECONDS)
  long stoodStill;

  @Label("Report")
  @Description("With the stack of the loop's thread, and where the task comes from if it is known")
  String report;

  static void emit(BlockedLoop found) {
    LoopBlockedEvent event = new LoopBlockedEvent();
    if (event.isEnabled()) {
      event.loop = found.loop().name();
      event.loopThread = found.thread();
      event.running = found.running();
      event.blockedFor = found.blocked().toNanos();
      event.stoodStill = found.stoodStill().toNanos();
      event.report = found.toString();
      event.commit();
    }
  }
}
