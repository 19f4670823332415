package dev.zloop.it;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of its own, for {@link SafepointIT}: forces collections while its loops do what the
 * argument says - {@code idle}, there are none; {@code waiting}, for nothing; {@code moving} bulk
 * data to and fro.
 */
final class SafepointProbe {
  private static final int LOOPS = 2;
  private static final int COLLECTIONS = 150;
  private static final long PAUSE_NANOS = 2_000_000;
  private static final int BLOCK_BYTES = 256 << 10;
  private static final long MOVED_LEAST_BYTES = 16 << 20;

  private SafepointProbe() {}

  public static void main(String[] arguments) throws Exception {
    AtomicLong moved = new AtomicLong();
    switch (arguments[0]) {
      case "idle" -> {}
      case "waiting" -> startLoops();
      case "moving" -> move(startLoops(), moved);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.println("begin");
    for (int i = 0; i < COLLECTIONS; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      System.gc();
    }
    System.out.println("end " + moved.get());
    System.exit(0);
  }

  private static ZLoop[] startLoops() throws InterruptedException {
    ZLoop[] loops = new ZLoop[LOOPS];
    CountDownLatch running = new CountDownLatch(LOOPS);
    for (int i = 0; i < LOOPS; i++) {
      loops[i] = ZLoop.builder().build().start();
      loops[i].execute(running::countDown);
    }
    running.await();
    return loops;
  }

  /** Each loop echoes what a peer sends without end; returns once much was echoed. */
  private static void move(ZLoop[] loops, AtomicLong moved) throws IOException {
    for (ZLoop loop : loops) {
      DisposableServer server =
          TcpServer.create()
              .host("127.0.0.1")
              .port(0)
              .runOn(loop)
              .handle((in, out) -> out.send(in.receive().retain()))
              .bindNow();
      SocketChannel peer = SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port()));
      start(() -> {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        while (true) {
          peer.write(block.clear());
        }
      });
      start(() -> {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        while (true) {
          moved.addAndGet(peer.read(block.clear()));
        }
      });
    }
    while (moved.get() < MOVED_LEAST_BYTES) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private interface Endless {
    void run() throws IOException;
  }

  private static void start(Endless work) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            work.run();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }
}
