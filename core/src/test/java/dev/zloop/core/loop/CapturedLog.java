package dev.zloop.core.loop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes what core logs, so that a test can look at it, and keeps it off the console. */
final class CapturedLog extends Handler implements AutoCloseable {
  final List<LogRecord> records = new CopyOnWriteArrayList<>();

  /** What logging throws, as a logger does whose file is gone; or null. */
  volatile Error failure;

  // Held here: the log manager holds loggers weakly.
  private final Logger logger = Logger.getLogger("dev.zloop.core");

  CapturedLog() {
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
