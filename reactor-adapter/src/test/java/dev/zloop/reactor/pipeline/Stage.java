package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Connector;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A connection on a simulated machine: a stream at one end, a peer at the other. */
final class Stage implements AutoCloseable {
  static final TransportOptions LIMITS =
      new TransportOptions(8 << 10, 16 << 10, Duration.ofSeconds(10));

  final Simulation simulation;
  final EventLoop loop;
  final TransportStream socket;
  final SimulatedPeer peer;
  final Received user = new Received();

  /** What is tested. */
  ByteStream stream;

  /** All that was written, to see that it was released. */
  private final List<ByteBuf> written = new ArrayList<>();

  Stage(long seed, Backend backend, Faults faults) {
    simulation = Simulation.of(seed, Faults.NONE);
    loop = (EventLoop) simulation.loop(backend);
    SimulatedListener outside =
        simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Connecting connecting = new Connecting(loop);
    Connector.connect(
        loop, outside.address(), null, SocketOptions.DEFAULT, Duration.ofSeconds(30), connecting);
    simulation.runUntil(() -> connecting.stream != null);
    socket = connecting.stream;
    socket.learnAddresses();
    peer = outside.accept().orElseThrow();
    simulation.setFaults(faults);
  }

  private static final class Connecting implements Connector.Callback {
    private final EventLoop loop;
    private TransportStream stream;

    Connecting(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void onConnected(StreamIo connected) {
      Transport.adopt(
          loop, connected, LIMITS, transport -> stream = new TransportStream(transport));
    }

    @Override
    public void onFailed(IOException cause) {
      throw new AssertionError(cause);
    }
  }

  /** The socket's stream itself. */
  Stage plain() {
    stream = socket;
    user.stream = stream;
    socket.use(user);
    return this;
  }

  /** Handlers between. */
  Stage with(Consumer<? super ChannelPipeline> handlers) {
    return with(new PipelineListener() {}, handlers);
  }

  Stage with(PipelineListener listener, Consumer<? super ChannelPipeline> handlers) {
    PipelineStream hosted = new PipelineStream(socket, socket.sentBytes(), listener);
    stream = hosted;
    user.stream = hosted;
    socket.use(hosted);
    hosted.use(user);
    hosted.begin(handlers);
    return this;
  }

  void tellTo(ByteStreamUser other) {
    socket.use(other);
  }

  // ---- what a user does

  void write(ByteBuf buffer) {
    written.add(buffer);
    user.call(() -> stream.write(buffer));
  }

  void write(byte[] bytes) {
    write(PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes));
  }

  void flush() {
    user.call(stream::flush);
  }

  void send(byte[] bytes) {
    write(bytes);
    flush();
  }

  void shutdownOutput() {
    user.call(stream::shutdownOutput);
  }

  void closeStream() {
    user.call(stream::close);
  }

  // ---- what happens

  void until(BooleanSupplier condition) {
    simulation.runUntil(condition);
  }

  void untilEnded() {
    until(user::hasEnded);
  }

  void pass(Duration time) {
    simulation.runFor(time);
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Closes the loop, and looks that nothing is left. */
  @Override
  public void close() {
    simulation.close();
    for (ByteBuf buffer : written) {
      assertEquals(0, buffer.refCnt(), "a buffer that was written is not released");
    }
  }
}
