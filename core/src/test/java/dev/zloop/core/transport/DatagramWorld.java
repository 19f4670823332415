package dev.zloop.core.transport;

import static dev.zloop.core.transport.World.ok;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_DGRAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;

import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Datagram sockets of a {@link World}, on loopback; and the JDK's, as their peers. */
final class DatagramWorld implements AutoCloseable {
  final World world;
  private final List<DatagramChannel> peers = new ArrayList<>();
  private final Region scratch = Region.allocate(SocketAddresses.MAX_LENGTH, 8);

  DatagramWorld(Ground ground) {
    world = new World(ground);
  }

  /** All grounds that have datagrams: those of this machine, each backend once. */
  static List<Ground> grounds() {
    return Grounds.ofThisMachine().stream()
        .filter(ground -> ground.backend().isAvailable())
        .filter(ground -> ground.name().matches("\\w+, TCP"))
        .toList();
  }

  /** A socket of the engine's, bound to any port. */
  DatagramRecorder bound() {
    return open(DatagramIo.DATAGRAM_BYTES_MAX, null, "127.0.0.1");
  }

  DatagramRecorder bound(int bytesMax) {
    return open(bytesMax, null, "127.0.0.1");
  }

  DatagramRecorder bound(String literal) {
    return open(DatagramIo.DATAGRAM_BYTES_MAX, null, literal);
  }

  /** A socket of the engine's, bound and connected to a peer. */
  DatagramRecorder connected(InetSocketAddress to) {
    return open(DatagramIo.DATAGRAM_BYTES_MAX, to, "127.0.0.1");
  }

  private DatagramRecorder open(int bytesMax, InetSocketAddress to, String literal) {
    InetSocketAddress address = new InetSocketAddress(literal, 0);
    int family = SocketAddresses.familyOf(address);
    int fd = ok(world.syscalls.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    int length = SocketAddresses.encode(address, scratch.address());
    ok(world.syscalls.bind(fd, scratch.address(), length));
    if (to != null) {
      length = SocketAddresses.encode(to, family, scratch.address());
      ok(world.syscalls.connect(fd, scratch.address(), length));
    }
    InetSocketAddress local = (InetSocketAddress) world.localAddress(fd);
    DatagramRecorder recorder = new DatagramRecorder(local);
    try {
      recorder.datagrams =
          Datagrams.open(
              world.loop, fd, new DatagramSettings(family, bytesMax), datagrams -> recorder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    world.settle(); // what waits is armed
    return recorder;
  }

  /** A socket of the JDK's that does not block. */
  DatagramChannel peer() {
    try {
      DatagramChannel channel = DatagramChannel.open();
      peers.add(channel);
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InetSocketAddress addressOf(DatagramChannel channel) {
    try {
      return (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void send(DatagramChannel from, InetSocketAddress to, String text) {
    try {
      from.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a peer has got, or null if there is nothing. */
  static String receive(DatagramChannel channel) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      return channel.receive(buffer) == null
          ? null
          : new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port of 127.0.0.1 that nobody has any more. */
  InetSocketAddress deserted() throws IOException {
    DatagramChannel channel = peer();
    InetSocketAddress address = addressOf(channel);
    channel.close();
    return address;
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel peer : peers) {
      peer.close();
    }
    scratch.close();
    world.close();
  }
}
