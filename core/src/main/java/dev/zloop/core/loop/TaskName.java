package dev.zloop.core.loop;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** What a callback is called in reports. */
final class TaskName {
  private static final long PATIENCE_MILLIS = 200;

  private TaskName() {}

  /**
   * What a callback of another thread says of itself, and its class. Its {@code toString} is the
   * user's: it may wait for a lock that the blocked thread has, so that another thread asks.
   */
  static String of(Object running) {
    String className = classOf(running);
    try {
      FutureTask<String> answer = new FutureTask<>(() -> saidBy(running));
      Thread.ofPlatform().name("zloop-watchdog-asks").daemon().start(answer);
      String said = answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return said.contains(className) ? said : said + " (" + className + ")";
    } catch (Throwable itDoesNotSay) { // nor is there, it may be, a thread to ask it
      return className;
    }
  }

  /** What a callback says of itself, on the calling thread. */
  static String saidBy(Object task) {
    try {
      return String.valueOf(task.toString());
    } catch (Throwable itDoesNotSay) {
      return classOf(task);
    }
  }

  private static String classOf(Object task) {
    return TaskOrigin.unwrap(task).getClass().getName();
  }
}
