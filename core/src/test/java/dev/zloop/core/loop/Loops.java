package dev.zloop.core.loop;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import java.util.concurrent.ThreadFactory;

/** Loops that differ from the usual one of a test. */
final class Loops {
  private Loops() {}

  /** On the system's clock; errors are logged. */
  static EventLoop on(IoPort io) {
    return new EventLoop(
        new EventLoop.Parts(
            "other",
            Backend.EPOLL,
            io,
            Clock.SYSTEM,
            LoopThread.FACTORY,
            Runnable::run,
            EventLoop::logError));
  }

  static EventLoop on(FakeIo io, ZLoop.ErrorHandler errorHandler) {
    return of(io, LoopThread.FACTORY, errorHandler);
  }

  static EventLoop of(FakeIo io, ThreadFactory threads, ZLoop.ErrorHandler errorHandler) {
    return new EventLoop(
        new EventLoop.Parts("other", Backend.EPOLL, io, io, threads, Runnable::run, errorHandler));
  }
}
