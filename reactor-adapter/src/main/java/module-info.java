/** Project Reactor on a zloop: a loop is a scheduler, a connection a flux and a mono. */
// Reactor, Reactive Streams, Micrometer and BlockHound have no descriptor: they are automatic.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.zloop.reactor {
  requires transitive dev.zloop.core;
  requires transitive io.netty.buffer;
  requires transitive io.netty.common;
  requires transitive io.netty.handler;
  requires transitive io.netty.codec;
  requires io.netty.transport;
  // The event of a handshake, for JDK Flight Recorder.
  requires jdk.jfr;
  requires transitive org.reactivestreams;
  requires transitive reactor.core;
  // On the class path, where alone it works, BlockHound finds its integration by the service file;
  // nobody names that package, so it is not exported.
  requires static reactor.blockhound;
  // Only who pools connections has it.
  requires static reactor.pool;
  // Only who serves behind a proxy has it.
  requires static io.netty.codec.haproxy;
  // Only where somebody measures, who requires it too, or names it by --add-modules.
  requires static micrometer.core;

  exports dev.zloop.reactor;
  exports dev.zloop.reactor.logging;
  exports dev.zloop.reactor.metrics;
  exports dev.zloop.reactor.proxy;
  exports dev.zloop.reactor.tcp;
  exports dev.zloop.reactor.tls;
  exports dev.zloop.reactor.udp;
}
