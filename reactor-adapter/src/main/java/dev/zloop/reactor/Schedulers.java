package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import java.util.List;
import reactor.core.scheduler.Scheduler;

/**
 * Reactor's schedulers, and those that run on loops:
 *
 * <pre>{@code
 * import dev.zloop.reactor.Schedulers; // instead of reactor.core.scheduler.Schedulers
 *
 * Flux.interval(Duration.ofSeconds(1), Schedulers.fromZLoop())
 *     .publishOn(Schedulers.parallel())
 *     .subscribe(System.out::println);
 * }</pre>
 *
 * <p>A scheduler on loops behaves as {@link #parallel} does, with these differences:
 *
 * <ul>
 *   <li>Its threads belong to the loops and serve their connections too. So disposing a task never
 *       interrupts one that runs: it runs to its end.
 *   <li>Disposing the scheduler never closes a loop that it was given. Tasks that have not begun
 *       are cancelled; with {@link Scheduler#disposeGracefully} they run, delayed ones in their
 *       time, and periodic ones end.
 *   <li>When a loop is closed beneath it, delayed and periodic tasks there are cancelled, and
 *       scheduling is refused with a {@link java.util.concurrent.RejectedExecutionException}.
 * </ul>
 *
 * <p>A worker stays on one loop, and workers are spread over the loops in turn. Tasks never run
 * within {@code schedule}. Periodic tasks keep the rate: their times are counted from the first,
 * whenever the previous ones ran. A period of 0 means once a turn of the loop.
 */
public abstract class Schedulers extends reactor.core.scheduler.Schedulers {

  private Schedulers() {}

  /**
   * The scheduler of the {@link #sharedZLoopGroup shared group}; always the same one. It cannot be
   * disposed.
   *
   * @throws UnsupportedOperationException if no backend can be had; the message says why
   * @throws IllegalArgumentException if the property {@code zloop.loops} is not a number of loops
   */
  public static Scheduler fromZLoop() {
    return SharedLoops.get().scheduler();
  }

  /**
   * A new scheduler on one loop, which may be started later. Disposing the scheduler does not close
   * the loop.
   */
  public static Scheduler fromZLoop(ZLoop loop) {
    return LoopScheduler.on(List.of(loop));
  }

  /**
   * A new scheduler on the loops of a group, used in turn. Disposing the scheduler does not close
   * them.
   */
  public static Scheduler fromZLoop(ZLoopGroup group) {
    return LoopScheduler.on(group.loops());
  }

  /**
   * Makes Reactor's {@link #parallel} and {@link #single} run on loops from here on, and with them
   * all operators that take time or work and are given no scheduler, such as {@code Flux.interval};
   * also what {@link #newParallel} and {@link #newSingle} make. It is {@link #setFactory} with
   * {@link #zLoopFactory}, to be called when a program begins: schedulers that were cached before
   * are disposed, and a factory that was set before is replaced.
   *
   * <pre>{@code
   * Schedulers.useZLoops();
   * Flux.interval(Duration.ofSeconds(1)).subscribe(System.out::println); // on a loop
   * }</pre>
   *
   * <p>{@link #resetFactory} goes back to Reactor's own, and closes the loops of {@code parallel()}
   * and {@code single()}. A loop that a defect has stopped, or whose thread could not be started,
   * is not replaced: what falls to it is rejected until then.
   *
   * @throws UnsupportedOperationException if no backend can be had; the message says why, and
   *     nothing was changed
   */
  public static void useZLoops() {
    setFactory(zLoopFactory());
  }

  /**
   * The factory that {@link #useZLoops} sets, for {@link #setFactoryWithSnapshot} and for factories
   * that add to it.
   *
   * <p>Each scheduler that it makes has loops of its own: as many as it is asked for, on the
   * threads and with the names that Reactor's thread factory gives, or the one that the caller
   * brings. The threads begin with the first task, as those of Reactor's own do, and end when the
   * scheduler is disposed. Elastic schedulers stay Reactor's: what blocks has its place there.
   * There are no executors within, so that executor decorators have nothing to decorate.
   *
   * @throws UnsupportedOperationException if no backend can be had; the message says why
   */
  public static Factory zLoopFactory() {
    return new LoopSchedulerFactory();
  }

  /**
   * The group that serves those who bring no loop of their own: as many loops as there are
   * processors, or as the property {@code zloop.loops} says, on daemon threads named {@code
   * zloop-shared-1} and so on. It is made when it is first asked for, and again if it was closed.
   *
   * @throws UnsupportedOperationException if no backend can be had; the message says why
   * @throws IllegalArgumentException if the property {@code zloop.loops} is not a number of loops
   */
  public static ZLoopGroup sharedZLoopGroup() {
    return SharedLoops.get().group();
  }
}
