package dev.zloop.examples.demo;

import dev.zloop.reactor.Schedulers;
import java.util.Locale;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Lines for a person, in the order in which they were said. From any thread: a terminal may block,
 * and a loop must not, so another thread writes them.
 */
final class Console {
  private final Scheduler writer = Schedulers.newSingle("demo-console", true);

  /** Says a line, made as by {@link String#format}. */
  void say(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    writer.schedule(() -> System.out.println(line));
  }

  /**
   * Waits until everything is written. Not by {@link Scheduler#disposeGracefully}, for which
   * Reactor makes a thread that keeps the JVM up for ten seconds.
   */
  void close() {
    Mono.fromRunnable(writer::dispose).subscribeOn(writer).block();
  }
}
