package dev.zloop.core;

import dev.zloop.core.loop.Clock;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.IoPort;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.core.transport.ReadinessIo;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.poll.KqueuePoller;
import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Puts a loop together: the one place that knows every part. */
final class LoopFactory {
  private static final int EVENTS_PER_TURN_MAX = 1024;
  private static final AtomicInteger LOOPS = new AtomicInteger();

  /** What a builder collects; null where nothing was set. */
  static final class Settings {
    String name;
    Backend backend;
    ThreadFactory threadFactory = LoopThread.FACTORY;
    Executor executor;
    ZLoop.ErrorHandler errorHandler = EventLoop::logError;
  }

  private LoopFactory() {}

  static ZLoop create(Settings settings) {
    Backend backend = settings.backend != null ? required(settings.backend) : chosen();
    String name = settings.name != null ? settings.name : "zloop-" + LOOPS.incrementAndGet();
    return new EventLoop(
        new EventLoop.Parts(
            name,
            backend,
            open(backend),
            Clock.SYSTEM,
            settings.threadFactory,
            settings.executor != null ? settings.executor : BlockingPool.SHARED,
            settings.errorHandler));
  }

  private static Backend chosen() {
    String forced = System.getProperty("zloop.backend");
    if (forced != null) {
      return required(Backend.parse(forced));
    }
    return Backend.candidates().stream()
        .filter(Backend::isAvailable)
        .findFirst()
        .orElseThrow(() -> new UnsupportedOperationException(whyNone()));
  }

  private static Backend required(Backend backend) {
    backend
        .unavailability()
        .ifPresent(why -> {
          throw new UnsupportedOperationException("backend " + backend + " cannot be had: " + why);
        });
    return backend;
  }

  private static String whyNone() {
    return Backend.candidates().stream()
        .map(backend -> backend + ": " + backend.unavailability().orElse("available"))
        .collect(Collectors.joining("; ", "no backend can be had here: ", ""));
  }

  private static IoPort open(Backend backend) {
    return switch (backend) {
      case EPOLL -> openReadiness(EpollPoller::open);
      case KQUEUE -> openReadiness(KqueuePoller::open);
      case IO_URING -> throw new AssertionError(backend + " is not available");
    };
  }

  private static IoPort openReadiness(IntFunction<Poller> kind) {
    Poller poller;
    try {
      poller = kind.apply(EVENTS_PER_TURN_MAX);
    } catch (ErrnoException e) {
      throw new UncheckedIOException(new NativeIoException(e.call(), e.errno()));
    }
    try {
      return new ReadinessIo(poller, Syscalls.open());
    } catch (Throwable error) {
      poller.close();
      throw error;
    }
  }

  /** Where loops send blocking work by default. Idle threads go; the queue has no bound. */
  private static final class BlockingPool {
    private static final int THREADS_MAX = 16;
    private static final AtomicInteger THREADS = new AtomicInteger();

    static final Executor SHARED = create();

    private static Executor create() {
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              THREADS_MAX,
              THREADS_MAX,
              30,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              BlockingPool::newThread);
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }

    private static Thread newThread(Runnable task) {
      Thread thread = new Thread(task, "zloop-blocking-" + THREADS.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    }
  }
}
