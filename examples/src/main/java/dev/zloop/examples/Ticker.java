package dev.zloop.examples;

import dev.zloop.reactor.Schedulers;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Timed;
import reactor.core.scheduler.Scheduler;

/**
 * A flux in time, on a loop's timers: {@code Ticker [TICKS [MILLIS]]}, 5 ticks and 1000 ms apart by
 * default. Each tells the thread it came on and how long after the one before.
 */
public final class Ticker {

  private Ticker() {}

  /** Ends after the last tick. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("Ticker [TICKS [MILLIS]]", args, 2);
    int ticks = arguments.number(0, 5, 1, 1_000_000);
    Duration period = Duration.ofMillis(arguments.number(1, 1000, 1, 1_000_000));

    Scheduler loops = Schedulers.fromZLoop();
    Flux.interval(period, loops)
        .take(ticks)
        .timed(loops)
        .map(Ticker::text)
        .doOnNext(System.out::println)
        .blockLast();
  }

  private static String text(Timed<Long> tick) {
    double millis = tick.elapsed().toNanos() / 1e6;
    String thread = Thread.currentThread().getName();
    return "tick %d on %s, after %.2f ms".formatted(tick.get() + 1, thread, millis);
  }
}
