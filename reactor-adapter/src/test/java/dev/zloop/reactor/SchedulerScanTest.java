package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
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
}
