package dev.zloop.reactor;

import dev.zloop.core.loop.EventLoop;
import java.util.concurrent.Callable;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Blocking work as a mono: each subscription is a {@link BlockingCall}. */
final class BlockingMono<T> extends Mono<T> implements Scannable {
  private final Callable<? extends T> work;
  private final Scheduler scheduler;

  private BlockingMono(Callable<? extends T> work, Scheduler scheduler) {
    this.work = work;
    this.scheduler = scheduler;
  }

  static <T> Mono<T> of(Callable<? extends T> work, Scheduler scheduler) {
    return onAssembly(new BlockingMono<T>(work, scheduler));
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    BlockingCall<T> call = new BlockingCall<>(work, scheduler, EventLoop.current(), actual);
    actual.onSubscribe(call);
    call.start();
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    if (key == Attr.RUN_ON) {
      return scheduler;
    }
    return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
  }
}
