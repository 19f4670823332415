package dev.zloop.core.edge;

import static java.lang.System.Logger.Level.WARNING;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.Abandonable;
import dev.zloop.core.loop.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A listening socket for each loop of a group; the kernel spreads the connections over them. */
final class PerLoopAcceptor implements GroupAcceptor {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  private final Handler handler;
  private final SocketAddress localAddress;
  private final List<Listener> listeners;

  /** How many listeners have not ended. */
  private final AtomicInteger left;

  private PerLoopAcceptor(
      Handler handler, SocketAddress localAddress, List<RawSocket> sockets, List<EventLoop> homes) {
    this.handler = handler;
    this.localAddress = localAddress;
    List<Listener> made = new ArrayList<>();
    for (int i = 0; i < homes.size(); i++) {
      made.add(new Listener(homes.get(i), sockets.get(i).fd()));
    }
    this.listeners = List.copyOf(made);
    this.left = new AtomicInteger(made.size());
  }

  static PerLoopAcceptor open(
      EventLoop loop,
      ZLoopGroup loops,
      SocketAddress address,
      SocketOptions options,
      Handler handler)
      throws NativeIoException {
    assert loop.inLoop();
    Objects.requireNonNull(handler, "handler");
    if (!(address instanceof InetSocketAddress)) {
      throw new IllegalArgumentException(
          "a listener for each loop on "
              + Failures.text(address)
              + ": only one can have a Unix address");
    }
    List<EventLoop> homes =
        loops.loops().stream().filter(home -> !home.isClosed()).map(EventLoop.class::cast).toList();
    if (homes.isEmpty()) {
      throw new RejectedExecutionException("every loop of " + loops + " is closed");
    }
    List<RawSocket> sockets = new ArrayList<>();
    try {
      // All of it here, where a refusal can be told; a loop then takes a socket that listens.
      SocketAddress bound = address;
      for (int i = 0; i < homes.size(); i++) {
        sockets.add(RawSocket.listening(loop, bound, options.withReusePort(true)));
        bound = sockets.getFirst().localAddress(); // the port, if that was left to the kernel
      }
      PerLoopAcceptor acceptor = new PerLoopAcceptor(handler, bound, sockets, homes);
      acceptor.listeners.forEach(Listener::start);
      return acceptor;
    } catch (Throwable error) {
      sockets.forEach(RawSocket::close);
      throw error;
    }
  }

  private void onListenerEnded() {
    if (left.decrementAndGet() == 0) {
      handler.onClosed();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  /** Nothing is handed over. */
  @Override
  public long refused() {
    return 0;
  }

  @Override
  public void close() {
    listeners.forEach(Listener::close);
  }

  @Override
  public String toString() {
    return "GroupAcceptor[" + Failures.text(localAddress) + ", " + listeners.size() + " listeners]";
  }

  /** A loop's own. As a task it begins to accept; if its loop ends before that, it is abandoned. */
  private final class Listener implements Acceptor.Handler, Runnable, Abandonable {
    private final EventLoop home;
    private final int fd;

    /** On the loop's thread; null until it accepts. */
    private Acceptor acceptor;

    /** On the loop's thread: the descriptor is closed, or about to be. */
    private boolean ended;

    Listener(EventLoop home, int fd) {
      this.home = home;
      this.fd = fd;
    }

    void start() {
      try {
        home.execute(this);
      } catch (RejectedExecutionException closed) {
        abandon();
      }
    }

    @Override
    public void run() {
      if (ended) {
        return;
      }
      try {
        acceptor = Acceptor.take(home, fd, localAddress, this);
      } catch (NativeIoException e) {
        String line = Failures.text(localAddress) + " is not listened on by loop " + home.name();
        LOG.log(WARNING, line, e);
        abandon();
      }
    }

    @Override
    public void abandon() {
      if (!ended) {
        ended = true;
        new RawSocket(home, fd).close();
        onListenerEnded();
      }
    }

    void close() {
      try {
        if (home.inLoop()) {
          closeOnLoop();
        } else {
          home.execute(this::closeOnLoop);
        }
      } catch (RejectedExecutionException closed) {
        // then the loop has closed it, or is about to
      }
    }

    private void closeOnLoop() {
      if (acceptor != null) {
        acceptor.close();
      } else {
        abandon();
      }
    }

    @Override
    public void onAccepted(int accepted) {
      handler.onAccepted(home, accepted);
    }

    @Override
    public void onPaused(NativeIoException cause, Duration backOff) {
      handler.onPaused(cause, backOff);
    }

    @Override
    public void onClosed() {
      onListenerEnded();
    }

    @Override
    public String toString() {
      return "accepting on fd " + fd;
    }
  }
}
