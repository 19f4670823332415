package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.Clock;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.sys.LinuxSyscalls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A steady connection costs the collector nothing. */
@Tag("optimized")
class AllocationTest {
  private static final int EVENTS = 20_000;

  /** How often so many events are tried until the compiler is through with all of it. */
  private static final int WINDOWS_MAX = 50;

  /** Sends back what arrives, in a number of pieces. */
  private static final class Echo implements TransportHandler {
    final int pieces;
    Transport transport;
    long events;
    boolean closed;

    Echo(int pieces) {
      this.pieces = pieces;
    }

    @Override
    public void onReceived(Lease lease) {
      events++;
      int piece = lease.length() / pieces;
      for (int i = 0; i < pieces; i++) {
        boolean last = i == pieces - 1;
        int length = last ? lease.length() - i * piece : piece;
        transport.write(lease.address() + (long) i * piece, length, last ? lease : null);
      }
      transport.flush();
    }

    @Override
    public void onReleased(Object owner) {
      ((Lease) owner).release();
    }

    @Override
    public void onInputEnd() {
      transport.close();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onBroken(NativeIoException cause) {
      transport.abort();
    }

    @Override
    public void onClosed(IOException cause) {
      closed = true;
    }
  }

  /** Blocks, on a thread of its own, whose garbage does not count. */
  private static void pingPong(SocketChannel channel, int size, BooleanSupplier enough) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(size);
    try (channel) {
      while (!enough.getAsBoolean()) {
        for (buffer.clear(); buffer.hasRemaining(); ) {
          channel.write(buffer);
        }
        for (buffer.clear(); buffer.hasRemaining(); ) {
          if (channel.read(buffer) < 0) {
            throw new AssertionError("ended early");
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static EventLoop loopOn(ReadinessIo io) {
    EventLoop loop =
        new EventLoop(
            new EventLoop.Parts(
                "steady",
                Backend.EPOLL,
                io,
                Clock.SYSTEM,
                LoopThread.FACTORY,
                Runnable::run,
                EventLoop::logError));
    loop.runOnce(EventLoop.NO_DEADLINE, false, Integer.MAX_VALUE); // this thread's from here on
    return loop;
  }

  private static Echo echoOn(EventLoop loop, int fd, int pieces) throws NativeIoException {
    Echo echo = new Echo(pieces);
    echo.transport = Transport.open(loop, fd, World.OPTIONS, t -> echo);
    echo.transport.startReading();
    return echo;
  }

  /** What so many events allocate once the compiler is through. */
  private static long steadyAllocation(EventLoop loop, Echo echo, long bound) {
    long allocated = Long.MAX_VALUE;
    for (int clean = 0, i = 0; clean < 2 && i < WINDOWS_MAX; i++) {
      allocated = allocatedBy(() -> turnUntil(loop, echo, echo.events + EVENTS));
      clean = allocated < bound ? clean + 1 : 0;
    }
    return allocated;
  }

  private static void close(EventLoop loop, ReadinessIo io) {
    loop.close();
    while (!loop.onClosed().toCompletableFuture().isDone()) {
      loop.runOnce(EventLoop.NO_DEADLINE, false, Integer.MAX_VALUE);
    }
    assertEquals(0, io.receiveBuffers().chunksInUse());
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 1", // at once
    "64, 64, 4", // vectored
    "60000, 20000, 6" // in parts, as the kernel takes them
  })
  void aSteadyEchoAllocatesNothing(int size, int sendBytesMax, int pieces) throws Exception {
    QuietKernel kernel = new QuietKernel(size, sendBytesMax);
    ReadinessIo io = new ReadinessIo(kernel, kernel);
    EventLoop loop = loopOn(io);
    Echo echo = echoOn(loop, 7, pieces);
    long allocated = steadyAllocation(loop, echo, EVENTS);
    assertTrue(allocated < EVENTS, allocated + " bytes for " + EVENTS + " events");
    echo.transport.abort();
    close(loop, io);
    assertTrue(echo.closed);
  }

  /** The same over sockets, system calls included. */
  @ParameterizedTest
  @CsvSource({"64, 1", "64, 4", "30000, 8"})
  void aSteadyEchoOverSocketsAllocatesNothing(int size, int pieces) throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (World world = new World(Grounds.ofThisMachine().getFirst())) {
      World.Waiting waiting = world.connect(World.OPTIONS, 0);
      ReadinessIo io = new ReadinessIo(EpollPoller.open(64), LinuxSyscalls.open());
      EventLoop loop = loopOn(io);
      Echo echo = echoOn(loop, world.acceptRaw(waiting), pieces);
      SocketChannel channel = ((ChannelPeer) waiting.peer()).channel;
      channel.configureBlocking(true);
      CompletableFuture<Void> peer =
          CompletableFuture.runAsync(
              () -> pingPong(channel, size, enough::get),
              task -> Thread.ofPlatform().daemon().start(task));
      long allocated = steadyAllocation(loop, echo, EVENTS);
      enough.set(true);
      while (!echo.closed) {
        loop.runOnce(EventLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
      }
      peer.get(60, TimeUnit.SECONDS);
      assertTrue(allocated < EVENTS, allocated + " bytes for " + EVENTS + " events");
      close(loop, io);
    }
  }

  private static long allocatedBy(Runnable action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void turnUntil(EventLoop loop, Echo echo, long events) {
    while (echo.events < events && !echo.closed) {
      loop.runOnce(EventLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
    }
  }
}
