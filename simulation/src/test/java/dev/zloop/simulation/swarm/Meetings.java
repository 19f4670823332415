package dev.zloop.simulation.swarm;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Acceptor;
import dev.zloop.core.edge.Cancellable;
import dev.zloop.core.edge.Connector;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.simulation.kernel.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** How connections of the loop begin: accepted and connected, some called off, some turned away. */
final class Meetings implements Acceptor.Handler {
  private final Swarm swarm;
  private final EventLoop loop;
  private final Plan plan;
  private final Outsiders outsiders;
  private final List<Cancellable> connecting = new ArrayList<>();
  private Acceptor acceptor;

  Meetings(Swarm swarm, EventLoop loop, Plan plan, Outsiders outsiders) {
    this.swarm = swarm;
    this.loop = loop;
    this.plan = plan;
    this.outsiders = outsiders;
  }

  boolean isListening() {
    return acceptor != null;
  }

  /** How many connects go on. */
  int underWay() {
    return connecting.size();
  }

  /** One more connection, of any kind. */
  void meet() {
    if (acceptor == null) {
      open();
      return;
    }
    switch (swarm.dice.below(3)) {
      case 0 -> connect(acceptor.localAddress());
      case 1 -> connect(outsiders.address());
      default -> connectFromOutside();
    }
  }

  void connectFromOutside() {
    if (acceptor == null) {
      open();
    } else {
      outsiders.connect(acceptor.localAddress());
    }
  }

  private void open() {
    try {
      SocketOptions options = SocketOptions.DEFAULT.withBacklog(plan.backlog);
      acceptor = Acceptor.open(loop, plan.listenAddress(), options, this);
    } catch (NativeIoException shortage) {
      // Another time, then.
    } catch (RejectedExecutionException closing) {
      swarm.check(swarm.isLoopClosing(), "rejected by a loop that is open");
    }
  }

  private void connect(SocketAddress address) {
    Cancellable[] attempt = new Cancellable[1];
    Connector.Callback callback =
        new Connector.Callback() {
          @Override
          public void onConnected(StreamIo stream) {
            connecting.remove(attempt[0]);
            Socket socket = swarm.kernel.find(stream.fd());
            swarm.check(socket.peer() != null, "connected to nobody");
            adopt(stream, socket);
          }

          @Override
          public void onFailed(IOException cause) {
            connecting.remove(attempt[0]);
          }
        };
    Duration timeout = Duration.ofMillis(swarm.dice.magnitude(60_000));
    attempt[0] = Connector.connect(loop, address, null, SocketOptions.DEFAULT, timeout, callback);
    connecting.add(attempt[0]);
    if (swarm.dice.onceIn(16)) {
      Cancellable other = connecting.remove(swarm.dice.below(connecting.size()));
      other.cancel();
    }
  }

  private void adopt(StreamIo stream, Socket socket) {
    TransportOptions options = plan.transportOptions();
    Actor actor = new Actor(swarm, socket, options);
    actor.transport = Transport.adopt(loop, stream, options, transport -> actor);
    swarm.begin(actor);
  }

  @Override
  public void onAccepted(int fd) {
    Socket socket = swarm.kernel.find(fd);
    swarm.check(socket != null, "accepted a descriptor that is not open");
    TransportOptions options = plan.transportOptions();
    try {
      if (swarm.dice.onceIn(32)) {
        Sockets.close(loop, fd);
        return;
      }
      if (swarm.dice.onceIn(2)) {
        Sockets.configure(loop, fd, plan.socketOptions());
      }
      Actor actor = new Actor(swarm, socket, options);
      actor.transport = Transport.open(loop, fd, options, transport -> actor);
      swarm.begin(actor);
    } catch (NativeIoException shortage) {
      socket.attach(null);
      Sockets.close(loop, fd);
    }
  }

  @Override
  public void onClosed() {
    acceptor = null;
  }
}
