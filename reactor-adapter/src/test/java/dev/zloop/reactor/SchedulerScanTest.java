package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** What a scheduler shows of itself. */
class SchedulerScanTest extends SchedulerContract {

  @Test
  void itCanBeScanned() {
    Scannable scannable = Scannable.from(scheduler);
    assertEquals(scheduler.toString(), scannable.scan(Attr.NAME));
    assertEquals(kind.threads(), scannable.scan(Attr.CAPACITY));
    assertEquals(kind.threads(), scannable.scan(Attr.BUFFERED));
    assertEquals(false, scannable.scan(Attr.TERMINATED));
    assertEquals(false, scannable.scan(Attr.CANCELLED));
    scheduler.dispose();
    assertEquals(true, scannable.scan(Attr.TERMINATED));
    assertEquals(true, scannable.scan(Attr.CANCELLED));
  }

  @Test
  void aWorkerShowsHowManyTasksItHas() {
    List<Held> held = holdAllThreads();
    Scheduler.Worker worker = scheduler.createWorker();
    Scannable scannable = Scannable.from(worker);
    assertEquals(0, scannable.scan(Attr.BUFFERED));
    worker.schedule(() -> {});
    worker.schedule(() -> {}).dispose();
    worker.schedule(() -> {}, 1, HOURS);
    Disposable cancelled = worker.schedule(() -> {}, 1, HOURS);
    worker.schedulePeriodically(() -> {}, 1, 1, HOURS);
    assertEquals(4, scannable.scan(Attr.BUFFERED));
    cancelled.dispose();
    assertEquals(3, scannable.scan(Attr.BUFFERED));
    held.forEach(Held::release);
    Await.until(() -> Integer.valueOf(2).equals(scannable.scan(Attr.BUFFERED)));
    assertEquals(false, scannable.scan(Attr.TERMINATED));
    worker.dispose();
    assertEquals(0, scannable.scan(Attr.BUFFERED));
    assertEquals(true, scannable.scan(Attr.TERMINATED));
    assertEquals(true, scannable.scan(Attr.CANCELLED));
  }

  @Test
  void itTellsTheTimeAsTheSystemDoes() {
    long millisBefore = System.currentTimeMillis();
    long millis = scheduler.now(MILLISECONDS);
    assertTrue(millisBefore <= millis && millis <= System.currentTimeMillis());
    long nanosBefore = System.nanoTime();
    long nanos = scheduler.now(NANOSECONDS);
    assertTrue(nanos - nanosBefore >= 0 && System.nanoTime() - nanos >= 0);
  }

  @Test
  void eachThreadIsAnInner() {
    assumeTrue(kind != SchedulerKind.REACTOR_SINGLE, "that shows no inner for its one thread");
    List<? extends Scannable> inners = Scannable.from(scheduler).inners().toList();
    assertEquals(kind.threads(), inners.size());
    for (Scannable inner : inners) {
      assertEquals(1, inner.scan(Attr.CAPACITY));
      assertEquals(false, inner.scan(Attr.TERMINATED));
    }
    scheduler.dispose();
    inners.forEach(inner -> assertEquals(true, inner.scan(Attr.CANCELLED)));
  }

  @Test
  void neitherItNorItsWorkersClaimARunStyle() {
    Scheduler.Worker worker = scheduler.createWorker();
    assertEquals(Attr.RunStyle.UNKNOWN, Scannable.from(scheduler).scan(Attr.RUN_STYLE));
    assertEquals(Attr.RunStyle.UNKNOWN, Scannable.from(worker).scan(Attr.RUN_STYLE));
    assertEquals(1, Scannable.from(worker).scan(Attr.CAPACITY));
  }

  @Test
  void anOperatorShowsTheWorkerThatItRunsOn() {
    Scannable publishOn =
        Scannable.from(Flux.just(1).hide().publishOn(scheduler).subscribeWith(new Idle()).upstream);
    assertEquals(Attr.RunStyle.ASYNC, publishOn.scan(Attr.RUN_STYLE));
    Scannable worker = Scannable.from(publishOn.scan(Attr.RUN_ON));
    assertFalse(worker.scan(Attr.TERMINATED));
    worker.scan(Attr.NAME);
  }

  /** Requests nothing, and keeps its subscription. */
  private static final class Idle extends BaseSubscriber<Integer> {
    Subscription upstream;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      upstream = subscription;
    }
  }
}
