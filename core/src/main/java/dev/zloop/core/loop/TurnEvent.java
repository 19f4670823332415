package dev.zloop.core.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A turn that took long, for JDK Flight Recorder. It begins where the wait in the kernel ends. */
@Name("dev.zloop.Turn")
@Label("Turn")
@Category("zloop")
@Description("A turn of a loop that was at work for longer than the threshold; what came waited")
@Threshold("20 ms")
@StackTrace(false)
final class TurnEvent extends Event {

  @Label("Loop")
  String loop;

  @Label("I/O Handles Served")
  int served;

  @Label("Tasks and Timers Found")
  int queued;

  @Label("Tasks and Timers Run")
  int run;
}
