package dev.zloop.core.edge;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A listener paused because accepting failed, for JDK Flight Recorder. Told when it goes on. */
@Name("dev.zloop.AcceptPaused")
@Label("Accept Paused")
@Category("zloop")
@Description("Accepting failed, and the listener waited; connections waited in the backlog")
@StackTrace(false)
final class AcceptPausedEvent extends Event {
  private static final AcceptPausedEvent OFF_OR_ON = new AcceptPausedEvent();

  @Label("Loop")
  String loop;

  @Label("Local Address")
  String local;

  @Label("Error")
  @Description("The errno's name, such as EMFILE")
  String error;

  @Label("Message")
  String message;

  static boolean isOn() {
    return OFF_OR_ON.isEnabled();
  }
}
