package dev.zloop.core;

import dev.zloop.core.loop.Clock;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.core.loop.WatchSettings;
import dev.zloop.nativereactor.Backend;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Puts a loop together: the one place that knows every part. */
final class LoopFactory {
  private static final AtomicInteger LOOPS = new AtomicInteger();

  /** What a builder collects; null where nothing was set. */
  static final class Settings {
    String name;
    Backend backend;
    long receiveBytes;
    ThreadFactory threadFactory = LoopThread.FACTORY;
    Executor executor;
    ZLoop.ErrorHandler errorHandler = EventLoop::logError;
    final Watching watching = new Watching();
  }

  private LoopFactory() {}

  static ZLoop create(Settings settings) {
    WatchSettings watch = settings.watching.settings();
    IoPorts ports = new IoPorts(IoMemory.configured(settings.receiveBytes));
    Backend forced = settings.backend != null ? settings.backend : forcedByProperty();
    IoPorts.Opened io = forced != null ? ports.require(forced) : ports.first(Backend.candidates());
    String name = settings.name != null ? settings.name : "zloop-" + LOOPS.incrementAndGet();
    return new EventLoop(
        new EventLoop.Parts(
            name,
            io.backend(),
            io.port(),
            Clock.SYSTEM,
            settings.threadFactory,
            settings.executor != null ? settings.executor : BlockingPool.shared(),
            settings.errorHandler,
            watch));
  }

  private static Backend forcedByProperty() {
    String name = System.getProperty(SystemProperties.BACKEND);
    return name != null ? Backend.parse(name) : null;
  }
}
