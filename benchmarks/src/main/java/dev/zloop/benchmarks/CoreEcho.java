package dev.zloop.benchmarks;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.edge.GroupAcceptor;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * The engine's own echo server, with nothing of Reactor above it: {@code CoreEcho PORT [LOOPS]
 * [hand-over|per-loop]}. What a connection receives is written from where the kernel put it, and
 * given back when it has been sent. {@code -Dzloop.backend=} chooses the kernel facility.
 */
public final class CoreEcho implements GroupAcceptor.Handler {
  private static final SocketOptions LISTENER = SocketOptions.DEFAULT.withBacklog(4096);

  /** Room for whole messages, the largest included: to stop reading and to start again costs. */
  private static final TransportOptions CONNECTION =
      new TransportOptions(256 << 10, 512 << 10, TransportOptions.DEFAULT.closeTimeout());

  private final ZLoopGroup loops;

  private CoreEcho(ZLoopGroup loops) {
    this.loops = loops;
  }

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    int size = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    boolean perLoop = args.length > 2 && args[2].equals("per-loop");
    ZLoopGroup loops = ZLoopGroup.of(size);
    SocketAddress address = serve(loops, port, perLoop);
    System.out.println("echoing on " + address + " by " + loops.loops().getFirst().backend());
    loops.onClosed().toCompletableFuture().join();
  }

  /** Listens on the loopback address, and returns where. */
  static SocketAddress serve(ZLoopGroup loops, int port, boolean perLoop) {
    CoreEcho echo = new CoreEcho(loops);
    InetSocketAddress wanted = new InetSocketAddress("127.0.0.1", port);
    EventLoop loop = (EventLoop) loops.next();
    CompletableFuture<SocketAddress> bound = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        GroupAcceptor acceptor =
            perLoop
                ? GroupAcceptor.openPerLoop(loop, loops, wanted, LISTENER, echo)
                : GroupAcceptor.open(loop, loops, wanted, LISTENER, echo);
        bound.complete(acceptor.localAddress());
      } catch (IOException e) {
        bound.completeExceptionally(e);
      }
    });
    return bound.join();
  }

  @Override
  public void onAccepted(EventLoop home, int fd) {
    try {
      Sockets.configure(home, fd, SocketOptions.DEFAULT);
      Transport.open(home, fd, CONNECTION, EchoHandler::new).startReading();
    } catch (IOException e) {
      Sockets.close(home, fd);
      home.report(e);
    }
  }

  @Override
  public void onClosed() {
    loops.loops().forEach(ZLoop::close);
  }
}
