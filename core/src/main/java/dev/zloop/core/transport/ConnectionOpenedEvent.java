package dev.zloop.core.transport;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A connection lives on a loop from now on, for JDK Flight Recorder. */
@Name("dev.zloop.ConnectionOpened")
@Label("Connection Opened")
@Category("zloop")
@Description("A connection was accepted or connected, and lives on its loop from now on")
@StackTrace(false)
final class ConnectionOpenedEvent extends Event {

  @Label("Loop")
  String loop;

  @Label("File Descriptor")
  int fd;

  @Label("Local Address")
  String local;

  @Label("Remote Address")
  String remote;

  @Label("Accepted")
  @Description("Whether the peer connected, rather than this side")
  boolean accepted;
}
