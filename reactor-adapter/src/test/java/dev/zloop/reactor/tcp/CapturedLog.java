package dev.zloop.reactor.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is logged under a name, at any level; for the tests of one thread. */
final class CapturedLog extends Handler implements AutoCloseable {
  private final List<String> messages = new ArrayList<>();
  private final Logger logger;

  private CapturedLog(String name, Level level) {
    logger = Logger.getLogger(name);
    logger.setLevel(level);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  static CapturedLog of(Class<?> type) {
    return of(type.getName(), Level.ALL);
  }

  static CapturedLog of(String name, Level level) {
    return new CapturedLog(name, level);
  }

  List<String> messages() {
    return messages;
  }

  @Override
  public void publish(LogRecord line) {
    messages.add(line.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
    logger.setLevel(null);
  }
}
