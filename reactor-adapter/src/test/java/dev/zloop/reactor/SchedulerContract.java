package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * What every scheduler promises, in a test class for each subject: where Reactor's own keep a rule
 * too, the rule is right.
 */
@ParameterizedClass
@EnumSource
abstract class SchedulerContract {
  @Parameter SchedulerKind kind;

  private SchedulerKind.Subject subject;
  Scheduler scheduler;

  @BeforeParameterizedClassInvocation
  static void requireAvailable(SchedulerKind kind) {
    assumeTrue(kind.isAvailable(), () -> kind + " cannot be had here");
  }

  @BeforeEach
  void open() {
    subject = kind.open();
    scheduler = subject.scheduler();
  }

  @AfterEach
  void close() {
    scheduler.dispose();
    subject.end().run();
  }

  /** Occupies every thread of the scheduler; release and the tasks behind them run. */
  final List<Held> holdAllThreads() {
    return Stream.generate(
            () -> {
              Held held = new Held();
              scheduler.createWorker().schedule(held);
              return held.awaitBegun();
            })
        .limit(kind.threads())
        .toList();
  }

  /** Each way to give a task to a worker. */
  static List<Function<Runnable, Disposable>> ways(Scheduler.Worker worker) {
    return List.of(
        worker::schedule,
        task -> worker.schedule(task, 1, NANOSECONDS),
        task -> worker.schedule(task, 1, HOURS),
        task -> worker.schedulePeriodically(task, 0, 1, HOURS),
        task -> worker.schedulePeriodically(task, 1, 1, HOURS),
        task -> worker.schedulePeriodically(task, 0, 0, HOURS));
  }

  /** Each way to give a task to the scheduler itself. */
  final List<Function<Runnable, Disposable>> ways() {
    return List.of(
        scheduler::schedule,
        task -> scheduler.schedule(task, 1, NANOSECONDS),
        task -> scheduler.schedule(task, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 0, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 1, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 0, 0, HOURS));
  }
}
