package dev.zloop.reactor.pipeline;

import dev.zloop.core.loop.EventLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A loop as the one that Netty's handlers think they run on: what they execute and schedule is the
 * loop's own tasks and timers. Whoever owns the loop ends it; handlers cannot.
 */
final class LoopExecutor extends AbstractEventExecutor implements io.netty.channel.EventLoop {
  final EventLoop loop;
  private final Ticker ticker = new LoopTicker();

  LoopExecutor(EventLoop loop) {
    this.loop = loop;
  }

  // ---- tasks

  @Override
  public boolean inEventLoop() {
    return loop.inLoop();
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return loop.isOwnedBy(thread);
  }

  /**
   * In a later turn; on the loop's own thread also while the loop closes: handlers clean up. And
   * where a defect has ended the loop, so that there is no later turn, at once.
   */
  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (!loop.inLoop()) {
      loop.execute(task);
    } else if (loop.hasEnded()) {
      task.run();
    } else {
      loop.defer(task);
    }
  }

  // ---- timers

  /** The loop's clock: what handlers measure is what their timers go by. */
  @Override
  public Ticker ticker() {
    return ticker;
  }

  private final class LoopTicker implements Ticker {
    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("a loop does not sleep: schedule what is to follow");
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return schedule(Executors.callable(task), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    return new LoopTimer<>(this, task, LoopTimer.ONCE).startAfter(unit.toNanos(delay));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return new LoopTimer<>(this, Executors.callable(task), checkPeriod(unit.toNanos(period)))
        .startAfter(unit.toNanos(initialDelay));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return new LoopTimer<>(this, Executors.callable(task), -checkPeriod(unit.toNanos(delay)))
        .startAfter(unit.toNanos(initialDelay));
  }

  private static long checkPeriod(long nanos) {
    if (nanos <= 0) {
      throw new IllegalArgumentException("period is " + nanos + " ns, expected above 0");
    }
    return nanos;
  }

  // ---- channels

  @Override
  public EventLoopGroup parent() {
    return null;
  }

  @Override
  public io.netty.channel.EventLoop next() {
    return this;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    channel.unsafe().register(this, promise);
    return promise;
  }

  // ---- the end, which is not in a handler's hands

  @Override
  public boolean isShuttingDown() {
    return loop.isClosed();
  }

  @Override
  public boolean isShutdown() {
    return loop.hasEnded();
  }

  @Override
  public boolean isTerminated() {
    return loop.hasEnded();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    throw notTheirs();
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    throw notTheirs();
  }

  @Override
  public Future<?> terminationFuture() {
    throw notTheirs();
  }

  @Override
  @Deprecated
  public void shutdown() {
    throw notTheirs();
  }

  private UnsupportedOperationException notTheirs() {
    return new UnsupportedOperationException(
        "loop " + loop.name() + " is closed by whoever built it, not by a handler on it");
  }
}
