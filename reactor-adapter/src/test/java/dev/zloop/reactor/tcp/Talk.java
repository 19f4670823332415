package dev.zloop.reactor.tcp;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** A client's connection on a simulated machine, and the peer that it talks to. */
final class Talk implements AutoCloseable {
  final Simulation simulation;
  final Connection connection;
  final SimulatedPeer peer;

  Talk(long seed, Backend backend) {
    simulation = Simulation.of(seed, Faults.NONE);
    SimulatedListener outside =
        simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    connection =
        simulation.await(
            TcpClient.create()
                .runOn(simulation.loop(backend))
                .remoteAddress(outside::address)
                .connect()
                .toFuture());
    peer = outside.accept().orElseThrow();
  }

  Talk() {
    this(7, Backend.EPOLL);
  }

  ByteBufFlux receive() {
    return connection.inbound().receive();
  }

  /** What arrives does so by itself, and not with what is sent next. */
  void send(byte[] bytes) {
    peer.send(bytes);
    settle();
  }

  void send(String text) {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void sendEnd() {
    peer.shutdownOutput();
    settle();
  }

  /** Lets everything happen that is on its way. */
  void settle() {
    simulation.runFor(Duration.ofMillis(20));
  }

  void until(BooleanSupplier condition) {
    simulation.runUntil(condition);
  }

  /** Subscribes; nothing is asked for yet. */
  <T> Asking<T> ask(Flux<T> flux) {
    Asking<T> asking = new Asking<>();
    flux.subscribe(asking);
    return asking;
  }

  /** The same for buffers, as text. */
  Asking<String> askText(Flux<ByteBuf> flux) {
    return ask(flux.map(buffer -> buffer.toString(StandardCharsets.ISO_8859_1)));
  }

  static byte[] bytesOf(ByteBuf buffer) {
    return ByteBufUtil.getBytes(buffer);
  }

  @Override
  public void close() {
    connection.abort();
    simulation.close();
  }

  /** Takes as much as it is told to, and remembers it. */
  static final class Asking<T> extends BaseSubscriber<T> {
    final List<T> got = new ArrayList<>();
    boolean completed;
    Throwable failure;

    Asking<T> want(long n) {
      request(n);
      return this;
    }

    Asking<T> wantAll() {
      return want(Long.MAX_VALUE);
    }

    boolean hasEnded() {
      return completed || failure != null;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {}

    @Override
    protected void hookOnNext(T value) {
      got.add(value);
    }

    @Override
    protected void hookOnComplete() {
      completed = true;
    }

    @Override
    protected void hookOnError(Throwable error) {
      failure = error;
    }
  }
}
