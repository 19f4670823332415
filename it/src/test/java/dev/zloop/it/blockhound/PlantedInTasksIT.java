package dev.zloop.it.blockhound;

import static dev.zloop.it.blockhound.Plant.in;

import dev.zloop.core.SignalWatch;
import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.ZLoopThreads;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What runs on a loop by itself, without a connection. */
class PlantedInTasksIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static final Queue<Throwable> HANDLED = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void hear() {
    Schedulers.onHandleError((thread, error) -> HANDLED.add(error));
  }

  @AfterAll
  static void hearNoMore() {
    Schedulers.resetOnHandleError();
  }

  @TestFactory
  Stream<DynamicTest> aViolationIsCaughtIn() {
    return Stream.of(
        in(
            "a task of a loop",
            plant -> {
              LOOPS.first().execute(plant);
              return LOOPS.awaitError();
            }),
        in(
            "a timer of a loop",
            plant -> {
              LOOPS.first().schedule(plant, Duration.ofNanos(1));
              return LOOPS.awaitError();
            }),
        in(
            "a signal's handler",
            plant -> {
              SignalWatch watch = LOOPS.first().onSignal("WINCH", plant);
              String process = Long.toString(ProcessHandle.current().pid());
              new ProcessBuilder("kill", "-WINCH", process).start().waitFor();
              Throwable heard = LOOPS.awaitError();
              watch.close();
              return heard;
            }),
        in("an error handler", PlantedInTasksIT::inAnErrorHandler),
        in(
            "a task of a scheduler",
            plant -> {
              scheduler().schedule(plant);
              return handled();
            }),
        in(
            "a delayed task",
            plant -> {
              scheduler().schedule(plant, 1, TimeUnit.NANOSECONDS);
              return handled();
            }),
        in(
            "a periodic task",
            plant -> {
              Disposable task =
                  scheduler().schedulePeriodically(plant, 0, 1, TimeUnit.MILLISECONDS);
              Throwable heard = handled();
              task.dispose();
              return heard;
            }),
        in(
            "a task of a worker",
            plant -> {
              scheduler().createWorker().schedule(plant);
              return handled();
            }),
        in(
            "an operator after publishOn",
            plant -> failure(Flux.just(1).publishOn(scheduler()).map(plant::in).then())),
        in(
            "a source after subscribeOn",
            plant -> failure(Mono.fromRunnable(plant).subscribeOn(scheduler()))),
        in(
            "an operator after a delay",
            plant ->
                failure(
                    Mono.delay(Duration.ofNanos(1), scheduler()).doOnNext(now -> plant.run()))));
  }

  /** What Reactor's hook for failed tasks is told. */
  private static Throwable handled() {
    Await.until("a failed task", () -> !HANDLED.isEmpty());
    return HANDLED.poll();
  }

  private static Scheduler scheduler() {
    return Schedulers.fromZLoop(LOOPS.first());
  }

  private static Throwable failure(Mono<?> mono) {
    return Await.completion(
        mono.cast(Throwable.class)
            .onErrorResume(Mono::just)
            .switchIfEmpty(Mono.error(() -> new AssertionError("it did not fail"))));
  }

  private static Throwable inAnErrorHandler(Plant plant) {
    try (CapturedLog log = CapturedLog.of("dev.zloop.core");
        ZLoop loop =
            ZLoop.builder()
                .name("it-error-handler")
                .threadFactory(ZLoopThreads.factory())
                .errorHandler((failed, error) -> plant.run())
                .build()
                .start()) {
      loop.execute(() -> {
        throw new IllegalStateException("on purpose");
      });
      Await.until("the log line", () -> !log.records().isEmpty());
      return log.records().getFirst().getThrown();
    }
  }
}
