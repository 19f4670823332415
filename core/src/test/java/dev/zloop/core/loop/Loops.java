package dev.zloop.core.loop;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import java.util.concurrent.ThreadFactory;

/** Loops that differ from the usual one of a test. */
final class Loops {
  private Loops() {}

  /** On the system's clock; errors are logged. */
  static EventLoop on(IoPort io) {
    return of(io, EventLoop::logError);
  }

  /** On the system's clock. */
  static EventLoop of(IoPort io, ZLoop.ErrorHandler errorHandler) {
    return of(io, Clock.SYSTEM, LoopThread.FACTORY, errorHandler);
  }

  static EventLoop on(FakeIo io, ZLoop.ErrorHandler errorHandler) {
    return of(io, LoopThread.FACTORY, errorHandler);
  }

  static EventLoop of(FakeIo io, ThreadFactory threads, ZLoop.ErrorHandler errorHandler) {
    return of(io, io, threads, errorHandler);
  }

  /** On a clock of the test's, under a watchdog. */
  static EventLoop watched(
      IoPort io, Clock clock, ZLoop.ErrorHandler errorHandler, WatchSettings settings) {
    return new EventLoop(
        new EventLoop.Parts(
            "watched",
            Backend.EPOLL,
            io,
            clock,
            LoopThread.FACTORY,
            Runnable::run,
            errorHandler,
            settings));
  }

  private static EventLoop of(
      IoPort io, Clock clock, ThreadFactory threads, ZLoop.ErrorHandler errorHandler) {
    return new EventLoop(
        new EventLoop.Parts(
            "other", Backend.EPOLL, io, clock, threads, Runnable::run, errorHandler));
  }
}
