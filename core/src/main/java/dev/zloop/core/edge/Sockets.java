package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_LINGER;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.Abandonable;
import dev.zloop.core.loop.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntConsumer;

/**
 * Connected sockets by their descriptors: options, names, and the way to another loop. On the
 * thread of the loop that is given. None of it takes the descriptor, except where it says so.
 */
public final class Sockets {
  private Sockets() {}

  /**
   * Sets the options of a connection: those of TCP not on a Unix socket, those of a listener on
   * none.
   *
   * @throws NativeIoException if the kernel refuses one
   */
  public static void configure(EventLoop loop, int fd, SocketOptions options)
      throws NativeIoException {
    assert loop.inLoop();
    OptionWriter.writeConnection(options, new RawSocket(loop, fd));
  }

  /**
   * The address that stands for all that this machine has: of both families, where it has both.
   *
   * @param port 0 to 65535
   */
  public static InetSocketAddress everyAddress(EventLoop loop, int port) {
    assert loop.inLoop();
    var both = new InetSocketAddress(InetAddress.ofLiteral("::"), port);
    if (!Boolean.getBoolean("java.net.preferIPv4Stack")) {
      try {
        RawSocket.open(loop, both).close();
        return both;
      } catch (NativeIoException noIpv6) {
        // as the next line has it
      }
    }
    return new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port);
  }

  /** The address of this end, or null if there is none any more. */
  public static SocketAddress localAddress(EventLoop loop, int fd) {
    assert loop.inLoop();
    return new RawSocket(loop, fd).localAddress();
  }

  /**
   * The address of the peer, or null if there is none any more. The client of a Unix path usually
   * has the path without characters.
   */
  public static SocketAddress remoteAddress(EventLoop loop, int fd) {
    assert loop.inLoop();
    return new RawSocket(loop, fd).remoteAddress();
  }

  /** An address for a person, such as {@code 127.0.0.1:80}, or a path; null remains null. */
  public static String text(SocketAddress address) {
    return address == null ? null : Failures.text(address);
  }

  /**
   * Hands an accepted descriptor, on which nothing has begun yet, to the loop that it is to live
   * on. It is {@code onLoop}'s to close from then on; one that a closed loop refuses is closed
   * here. While it is on its way it counts as one of that loop's {@linkplain ZLoop#connections
   * connections}.
   *
   * @param from the loop that accepted it; on its thread
   * @param to where it goes, possibly the same loop
   * @param onLoop called on the thread of {@code to}: in a turn to come, or within this call if
   *     that is the same loop
   * @return whether {@code to} took it
   */
  public static boolean handOver(EventLoop from, EventLoop to, int fd, IntConsumer onLoop) {
    assert from.inLoop();
    if (to == from) {
      onLoop.accept(fd);
      return true;
    }
    to.addConnection(); // before it arrives, so that the next one sees this loop's share
    try {
      to.execute(new HandedOver(to, fd, onLoop));
      return true;
    } catch (RejectedExecutionException closed) {
      to.removeConnection();
      close(from, fd);
      return false;
    }
  }

  /** Closes a descriptor that nothing else has taken. Takes it. */
  public static void close(EventLoop loop, int fd) {
    assert loop.inLoop();
    new RawSocket(loop, fd).close();
  }

  /**
   * As {@link #close}, with a reset, so that the peer knows that nobody will serve it. A Unix
   * socket has none: its peer reads to an end.
   */
  public static void reset(EventLoop loop, int fd) {
    assert loop.inLoop();
    RawSocket socket = new RawSocket(loop, fd);
    try {
      socket.setLinger(SOL_SOCKET, SO_LINGER, "SO_LINGER", 0);
    } catch (NativeIoException gone) {
      // then the peer knows
    } finally {
      socket.close();
    }
  }

  /** A descriptor on its way, which is closed if the loop ends before it arrives. */
  private record HandedOver(EventLoop to, int fd, IntConsumer onLoop) implements Abandonable {

    @Override
    public void run() {
      try {
        onLoop.accept(fd);
      } finally {
        to.removeConnection(); // after it counts by itself, or was closed
      }
    }

    @Override
    public void abandon() {
      to.removeConnection();
      new RawSocket(to, fd).close(); // by whoever ends the loop, which may never have had a thread
    }

    @Override
    public String toString() {
      return "the hand-over of fd " + fd;
    }
  }
}
