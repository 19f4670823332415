package dev.zloop.core.transport;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A connection has ended, for JDK Flight Recorder. */
@Name("dev.zloop.ConnectionClosed")
@Label("Connection Closed")
@Category("zloop")
@Description("A connection has ended, and its descriptor is closed")
@StackTrace(false)
final class ConnectionClosedEvent extends Event {

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

  @Label("Lifetime")
  @Timespan(Timespan.NANOSECONDS)
  long lifetime;

  @Label("Bytes Received")
  @Description("As they came out of the kernel: with TLS, encrypted")
  @DataAmount(DataAmount.BYTES)
  long received;

  @Label("Bytes Sent")
  @Description("That the kernel took: with TLS, encrypted")
  @DataAmount(DataAmount.BYTES)
  long sent;

  @Label("End")
  @Description("closed in order, aborted by this side without a failure, or failed")
  String end;

  @Label("Failure")
  String failure;
}
