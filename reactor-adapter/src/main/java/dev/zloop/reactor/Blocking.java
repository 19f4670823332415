package dev.zloop.reactor;

import java.util.Objects;
import java.util.concurrent.Callable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The place for blocking work: it runs where threads may block, and its result comes back to the
 * loop that subscribed.
 *
 * <pre>{@code
 * in.receive().asString()
 *     .concatMap(name -> Blocking.call(() -> InetAddress.getByName(name)))
 *     .map(InetAddress::getHostAddress) // on the connection's loop
 * }</pre>
 *
 * <p>What these return begins its work anew with each subscription, at once, and tells its end on
 * the loop that the subscribing thread runs; on the blocking thread where that runs none. Values
 * wait for demand, and where there is no loop come on the thread that requests late. Cancelling
 * interrupts the work that runs, and takes back what has not begun; a result that comes
 * nevertheless is given to {@code doOnDiscard}. What the work throws is the mono's error.
 *
 * <p>Where the scheduler refuses the work, because its threads are busy and its queue is full or it
 * was disposed, and where the loop has closed by the time that a result is there, the mono fails
 * with a {@link java.util.concurrent.RejectedExecutionException} that says so; the latter is told
 * on the blocking thread, or on the one that ended the loop, for want of another.
 *
 * <p>{@code block()} is no way to do this: on a loop's thread it fails, as on those of {@link
 * Schedulers#parallel}.
 */
public final class Blocking {
  private Blocking() {}

  /** As {@link #call(Callable, Scheduler)}, on {@link Schedulers#boundedElastic}. */
  public static <T> Mono<T> call(Callable<? extends T> work) {
    return call(work, Schedulers.boundedElastic());
  }

  /**
   * Calls what blocks, once for each subscription.
   *
   * @param work may return null, which makes the mono empty
   * @param scheduler where it runs; one whose threads may be blocked
   */
  public static <T> Mono<T> call(Callable<? extends T> work, Scheduler scheduler) {
    Objects.requireNonNull(work, "work");
    Objects.requireNonNull(scheduler, "scheduler");
    return BlockingMono.of(work, scheduler);
  }

  /** As {@link #run(Runnable, Scheduler)}, on {@link Schedulers#boundedElastic}. */
  public static Mono<Void> run(Runnable work) {
    return run(work, Schedulers.boundedElastic());
  }

  /** As {@link #call(Callable, Scheduler)}, for work that has no result. */
  public static Mono<Void> run(Runnable work, Scheduler scheduler) {
    Objects.requireNonNull(work, "work");
    Callable<Void> call =
        () -> {
          work.run();
          return null;
        };
    return call(call, scheduler);
  }

  /**
   * A scheduler on virtual threads, for work that waits much and computes little; always the same
   * one, which cannot be disposed. Of its threads, named {@code zloop-virtual-N}, at most 1000 live
   * at a time. Further work waits behind that of one of them, 100 tasks at most behind each, and
   * more is refused.
   */
  public static Scheduler virtualThreads() {
    return VirtualThreads.SHARED;
  }
}
