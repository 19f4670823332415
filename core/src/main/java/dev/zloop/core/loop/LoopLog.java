package dev.zloop.core.loop;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.zloop.core.ZLoop;
import java.util.function.Supplier;

/**
 * What loops say of errors, and to whom. A logger that fails, because its file is gone or it may
 * not block here, is not worth a loop.
 */
final class LoopLog {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  private LoopLog() {}

  /** Tells the error handler. */
  static void tell(ZLoop.ErrorHandler handler, ZLoop loop, Throwable error) {
    try {
      handler.onError(loop, error);
    } catch (Throwable another) {
      suppress(error, another);
      error("the error handler of loop " + loop.name() + " failed", another);
    }
  }

  static void suppress(Throwable error, Throwable because) {
    if (error != because) { // which it may be, and an exception cannot suppress itself
      because.addSuppressed(error);
    }
  }

  static void debug(String message) {
    log(DEBUG, message, null);
  }

  /** Makes the message only if somebody wants it. */
  static void debug(Supplier<String> message) {
    try {
      if (LOG.isLoggable(DEBUG)) {
        debug(message.get());
      }
    } catch (Throwable failed) {
      // There is nobody left to tell.
    }
  }

  static void warn(String message) {
    log(WARNING, message, null);
  }

  static void error(String message, Throwable error) {
    log(ERROR, message, error);
  }

  private static void log(System.Logger.Level level, String message, Throwable error) {
    try {
      LOG.log(level, message, error);
    } catch (Throwable failed) {
      // There is nobody left to tell.
    }
  }
}
