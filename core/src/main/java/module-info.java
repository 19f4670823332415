/** The event loop: its turn, its timers, its transports, and the edge where connections begin. */
// "module": the friends below are built after this module.
@SuppressWarnings("module")
module dev.zloop.core {
  requires transitive dev.zloop.nativereactor;
  // The events of a loop's life, for JDK Flight Recorder.
  requires jdk.jfr;
  // sun.misc.Signal, by reflection.
  requires jdk.unsupported;

  exports dev.zloop.core;
  exports dev.zloop.core.loop to
      dev.zloop.netty,
      dev.zloop.reactor,
      dev.zloop.simulation;
  exports dev.zloop.core.transport to
      dev.zloop.netty,
      dev.zloop.reactor,
      dev.zloop.simulation;
  exports dev.zloop.core.edge to
      dev.zloop.netty,
      dev.zloop.reactor,
      dev.zloop.simulation;
}
