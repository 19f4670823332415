package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a loop's thread allocates for a million events, on the real kernel: echoes, tasks of another
 * thread, and that thread's timers. (A timer is an object; here it is the other thread's.)
 */
@Tag("optimized")
class MillionEventsTest {
  private static final int EVENTS = 1_000_000;
  private static final int ECHOES_LEAST = 50_000;

  /** The compiler is through with all of it after two windows of so many events without garbage. */
  private static final int WARM_UP_EVENTS = 50_000;

  private static final int WARM_UP_WINDOWS_MAX = 80;

  /** What is compiled again in between may allocate once more while it is interpreted. */
  private static final int ATTEMPTS = 3;

  private static final int CONNECTIONS = 8;
  private static final int MESSAGE_BYTES = 64;
  private static final int TASKS_PER_ROUND = 32;
  private static final int TIMERS_PER_ROUND = 16;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  // Of the loop's thread, which is the test's own.
  private long echoes;
  private long tasks;
  private long timers;
  private int open;

  private volatile boolean enough;

  /** Sends back what arrives. */
  private final class Echo implements TransportHandler {
    Transport transport;

    @Override
    public void onReceived(Lease lease) {
      echoes++;
      transport.write(lease.address(), lease.length(), lease);
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
      open--;
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aMillionEventsCostLessThanAByteEach(Backend backend) throws Exception {
    assumeTrue(backend.isAvailable(), () -> backend.unavailability().orElseThrow());
    EventLoop loop = (EventLoop) ZLoop.builder().backend(backend).build();
    loop.runOnce(ZLoop.NO_DEADLINE, false, 1); // this thread's from here on
    List<SocketChannel> channels = connect(loop);
    CompletableFuture<Void> peer =
        CompletableFuture.runAsync(
            () -> keepBusy(loop, channels), task -> Thread.ofPlatform().daemon().start(task));
    warmUp(loop);
    long allocated = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS && allocated >= EVENTS; i++) {
      long before = echoes;
      allocated = allocatedBy(loop, EVENTS);
      assertTrue(echoes - before > ECHOES_LEAST, "echoes: " + (echoes - before));
    }
    enough = true;
    while (open > 0) {
      turn(loop);
    }
    peer.get(1, TimeUnit.MINUTES);
    loop.close();
    while (!loop.onClosed().toCompletableFuture().isDone()) {
      turn(loop);
    }
    assertTrue(allocated < EVENTS, allocated + " bytes for " + EVENTS + " events");
  }

  private void warmUp(EventLoop loop) {
    for (int clean = 0, i = 0; clean < 2 && i < WARM_UP_WINDOWS_MAX; i++) {
      clean = allocatedBy(loop, WARM_UP_EVENTS) < WARM_UP_EVENTS ? clean + 1 : 0;
    }
  }

  private long allocatedBy(EventLoop loop, long events) {
    long end = echoes + tasks + timers + events;
    long before = threads.getCurrentThreadAllocatedBytes();
    while (echoes + tasks + timers < end && open == CONNECTIONS) {
      turn(loop);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void turn(EventLoop loop) {
    loop.runOnce(ZLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
  }

  private List<SocketChannel> connect(EventLoop loop) throws IOException {
    List<SocketChannel> channels = new ArrayList<>();
    try (World world = new World(Grounds.ofThisMachine().getFirst())) {
      for (; open < CONNECTIONS; open++) {
        World.Waiting waiting = world.connect(World.OPTIONS, 0);
        Echo echo = new Echo();
        int fd = world.acceptRaw(waiting);
        echo.transport = Transport.open(loop, fd, TransportOptions.DEFAULT, t -> echo);
        echo.transport.startReading();
        SocketChannel channel = ((ChannelPeer) waiting.peer()).channel;
        channel.configureBlocking(true);
        channels.add(channel);
      }
    }
    return channels;
  }

  /** On a thread of its own, whose garbage does not count; a round at a time. */
  private void keepBusy(EventLoop loop, List<SocketChannel> channels) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE_BYTES);
    Runnable task = () -> tasks++;
    Runnable onTimer = () -> timers++;
    try {
      while (!enough) {
        for (SocketChannel channel : channels) {
          for (buffer.clear(); buffer.hasRemaining(); ) {
            channel.write(buffer);
          }
        }
        for (int i = 0; i < TASKS_PER_ROUND; i++) {
          loop.execute(task);
        }
        for (int i = 0; i < TIMERS_PER_ROUND; i++) {
          loop.schedule(onTimer, Duration.ofNanos(i * 10_000));
          loop.schedule(onTimer, Duration.ofSeconds(1)).cancel();
        }
        for (SocketChannel channel : channels) {
          for (buffer.clear(); buffer.hasRemaining(); ) {
            if (channel.read(buffer) < 0) {
              throw new AssertionError("ended early");
            }
          }
        }
      }
      for (SocketChannel channel : channels) {
        channel.close();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
