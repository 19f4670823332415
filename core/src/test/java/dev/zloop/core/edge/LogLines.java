package dev.zloop.core.edge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What core logs, for a test to look at, and not on the console meanwhile. */
final class LogLines extends Handler implements AutoCloseable {
  final List<String> lines = new CopyOnWriteArrayList<>();

  /** Thrown by the logger from now on, or null. */
  volatile Error failure;

  private final Logger logger = Logger.getLogger("dev.zloop.core"); // loggers are held weakly

  LogLines() {
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    if (failure != null) {
      throw failure;
    }
    lines.add(record.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
