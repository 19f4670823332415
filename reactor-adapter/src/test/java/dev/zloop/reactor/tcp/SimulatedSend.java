package dev.zloop.reactor.tcp;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import reactor.core.publisher.Mono;

/** A client on a simulated machine, to send with, and the peer that gets it. */
final class SimulatedSend implements AutoCloseable {
  final Simulation simulation = Simulation.of(7);
  final Connection connection;
  final SimulatedPeer peer;

  SimulatedSend() {
    SimulatedListener outside =
        simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Mono<? extends Connection> connecting =
        TcpClient.create()
            .runOn(simulation.loop(Backend.EPOLL))
            .remoteAddress(outside::address)
            .connect();
    connection = simulation.await(connecting.toFuture());
    peer = outside.accept().orElseThrow();
  }

  Outbound out() {
    return connection.outbound();
  }

  /** Lets everything happen that can. */
  void settle() {
    simulation.runFor(Duration.ofSeconds(1));
  }

  void untilReceived(long bytes) {
    simulation.runUntil(() -> peer.receivedBytes() == bytes);
  }

  /** What a mono fails with. */
  Throwable failure(Mono<?> mono) {
    CompletableFuture<?> end = mono.toFuture();
    simulation.runUntil(end::isDone);
    try {
      end.join();
      throw new AssertionError("it completed");
    } catch (CompletionException failed) {
      return failed.getCause();
    }
  }

  @Override
  public void close() {
    simulation.close();
  }
}
