package dev.zloop.benchmarks.soak;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts Netty's buffers that were made and not released, by way of its leak detector, of which
 * each buffer asks for a tracker.
 */
final class OpenBuffers {
  private static final AtomicLong LEASES = new AtomicLong();
  private static final AtomicLong OTHERS = new AtomicLong();

  private OpenBuffers() {}

  /** Before any buffer is made. */
  static void install() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
  }

  /** Those that lend what a loop received into. */
  static long leases() {
    return LEASES.get();
  }

  static long others() {
    return OTHERS.get();
  }

  private static final class Factory extends ResourceLeakDetectorFactory {
    @Override
    @Deprecated
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      String name = resource.getSimpleName();
      if (name.equals("LeasedByteBuf")) {
        return new Counting<>(resource, samplingInterval, LEASES);
      }
      return name.endsWith("ByteBuf")
          ? new Counting<>(resource, samplingInterval, OTHERS)
          : new ResourceLeakDetector<>(resource, samplingInterval);
    }
  }

  private static final class Counting<T> extends ResourceLeakDetector<T> {
    private final AtomicLong count;

    Counting(Class<T> resource, int samplingInterval, AtomicLong count) {
      super(resource, samplingInterval);
      this.count = count;
    }

    @Override
    public ResourceLeakTracker<T> track(T object) {
      count.incrementAndGet();
      return new Tracker<>(count);
    }
  }

  private record Tracker<T>(AtomicLong count) implements ResourceLeakTracker<T> {
    @Override
    public void record() {}

    @Override
    public void record(Object hint) {}

    @Override
    public boolean close(T tracked) {
      count.decrementAndGet();
      return true;
    }

    @Override
    public Throwable getCloseStackTraceIfAny() {
      return null;
    }
  }
}
