package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import reactor.core.scheduler.Scheduler;

/** The schedulers that keep the contract: ours, and as control Reactor's own. */
enum SchedulerKind {
  REACTOR_SINGLE {
    @Override
    Subject open() {
      Scheduler scheduler = Schedulers.newSingle(SchedulerKind::unwatched);
      return new Subject(scheduler, scheduler::dispose);
    }
  },
  REACTOR_PARALLEL {
    @Override
    Subject open() {
      Scheduler scheduler = Schedulers.newParallel(2, SchedulerKind::unwatched);
      return new Subject(scheduler, scheduler::dispose);
    }
  },
  LOOP {
    @Override
    Subject open() {
      ZLoop loop = ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
      return new Subject(Schedulers.fromZLoop(loop), loop::close);
    }
  },
  LOOP_OF_DEFAULT_THREADS {
    @Override
    Subject open() {
      ZLoop loop = ZLoop.builder().build().start();
      return new Subject(Schedulers.fromZLoop(loop), loop::close);
    }
  },
  LOOP_GROUP {
    @Override
    Subject open() {
      ZLoopGroup group = ZLoopGroup.of(2);
      return new Subject(Schedulers.fromZLoop(group), group::close);
    }
  };

  /** A scheduler, and what ends its threads. */
  record Subject(Scheduler scheduler, Runnable end) {}

  abstract Subject open();

  /** Without BlockHound, which at times catches Reactor's executors at their lock as they end. */
  private static Thread unwatched(Runnable task) {
    return Thread.ofPlatform().daemon().unstarted(task);
  }

  boolean isOurs() {
    return name().startsWith("LOOP");
  }

  int threads() {
    return this == REACTOR_PARALLEL || this == LOOP_GROUP ? 2 : 1;
  }
}
