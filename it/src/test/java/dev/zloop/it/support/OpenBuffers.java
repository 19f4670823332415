package dev.zloop.it.support;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Netty's leak detector at paranoid, with a register of every buffer that was made and not yet
 * released. So a leak is a fact as soon as a test is over, and does not wait for the garbage
 * collector to find it.
 */
public final class OpenBuffers {
  private static final Set<Tracker<?>> OPEN = ConcurrentHashMap.newKeySet();

  private OpenBuffers() {}

  /** To be called before any buffer is made. */
  static void install() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
  }

  public static int count() {
    return OPEN.size();
  }

  /** Waits until every buffer has been released that was made. */
  public static void awaitNone() {
    if (!Await.comesTrue(() -> count() == 0)) {
      throw new AssertionError(count() + " buffers were not released:\n" + describe());
    }
  }

  /** Where some of the buffers were used that are not released. */
  static String describe() {
    return OPEN.stream().limit(3).map(Tracker::toString).collect(Collectors.joining("\n"));
  }

  private static final class Factory extends ResourceLeakDetectorFactory {
    @Override
    @Deprecated
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return isCached(resource)
          ? new ResourceLeakDetector<>(resource, samplingInterval)
          : new Detector<>(resource, samplingInterval);
    }

    /**
     * TLS sessions stay in a context's cache, to be resumed; contexts with who has them, and keys
     * with their context.
     */
    private static boolean isCached(Class<?> resource) {
      return resource.getSimpleName().equals("NativeSslSession")
          || resource.getSimpleName().equals("DefaultOpenSslKeyMaterial")
          || SslContext.class.isAssignableFrom(resource);
    }
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    Detector(Class<?> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    public ResourceLeakTracker<T> track(T object) {
      return tracked(super.track(object));
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T object) {
      return tracked(super.trackForcibly(object));
    }

    private ResourceLeakTracker<T> tracked(ResourceLeakTracker<T> original) {
      if (original == null) {
        return null;
      }
      Tracker<T> tracker = new Tracker<>(original);
      OPEN.add(tracker);
      return tracker;
    }
  }

  /** Not a record: each is equal to itself alone. */
  private static final class Tracker<T> implements ResourceLeakTracker<T> {
    private final ResourceLeakTracker<T> original;

    Tracker(ResourceLeakTracker<T> original) {
      this.original = original;
    }

    @Override
    public void record() {
      original.record();
    }

    @Override
    public void record(Object hint) {
      original.record(hint);
    }

    @Override
    public boolean close(T tracked) {
      OPEN.remove(this);
      return original.close(tracked);
    }

    @Override
    public Throwable getCloseStackTraceIfAny() {
      return original.getCloseStackTraceIfAny();
    }

    @Override
    public String toString() {
      return original.toString();
    }
  }
}
