package dev.zloop.core.edge;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/** One listening socket, whose connections are handed to the least loaded loop of a group. */
final class HandingAcceptor implements GroupAcceptor, Acceptor.Handler {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  private final EventLoop loop;
  private final ZLoopGroup loops;
  private final Handler handler;
  private final Acceptor acceptor;

  /** Written on the loop's thread only. */
  private volatile long refused;

  HandingAcceptor(
      EventLoop loop,
      ZLoopGroup loops,
      SocketAddress address,
      SocketOptions options,
      Handler handler)
      throws NativeIoException {
    this.loop = loop;
    this.loops = Objects.requireNonNull(loops, "loops");
    this.handler = Objects.requireNonNull(handler, "handler");
    acceptor = Acceptor.open(loop, address, options, this);
  }

  @Override
  public void onAccepted(int fd) {
    EventLoop home = (EventLoop) loops.leastLoaded();
    if (!Sockets.handOver(loop, home, fd, taken -> handler.onAccepted(home, taken))) {
      onRefused(home);
    }
  }

  /** It was open when it was chosen, or all loops are closed. The descriptor is closed already. */
  private void onRefused(EventLoop home) {
    refused = refused + 1;
    LOG.log(
        refused == 1 ? WARNING : DEBUG,
        "a connection to {0} was closed, because loop {1} is; so far: {2}",
        Failures.text(localAddress()),
        home.name(),
        refused);
  }

  @Override
  public void onPaused(NativeIoException cause, Duration backOff) {
    handler.onPaused(cause, backOff);
  }

  @Override
  public void onClosed() {
    handler.onClosed();
  }

  @Override
  public SocketAddress localAddress() {
    return acceptor.localAddress();
  }

  @Override
  public long refused() {
    return refused;
  }

  @Override
  public void close() {
    if (loop.inLoop()) {
      acceptor.close();
      return;
    }
    try {
      loop.execute(acceptor::close);
    } catch (RejectedExecutionException closed) {
      // then the loop has closed the acceptor, or is about to
    }
  }

  @Override
  public String toString() {
    return "GroupAcceptor[" + Failures.text(localAddress()) + "]";
  }
}
