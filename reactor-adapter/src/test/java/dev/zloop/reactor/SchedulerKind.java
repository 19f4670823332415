package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.nativereactor.Backend;
import reactor.core.scheduler.Scheduler;

/** The schedulers that keep the contract: ours, and as control Reactor's own. */
enum SchedulerKind {
  REACTOR_SINGLE {
    @Override
    Subject open() {
      return Subject.of(Schedulers.newSingle(SchedulerKind::unwatched));
    }
  },
  REACTOR_PARALLEL {
    @Override
    Subject open() {
      return Subject.of(Schedulers.newParallel(2, SchedulerKind::unwatched));
    }
  },
  LOOP_ON_IO_URING {
    @Override
    Subject open() {
      return onLoop(Backend.IO_URING);
    }
  },
  LOOP_ON_EPOLL {
    @Override
    Subject open() {
      return onLoop(Backend.EPOLL);
    }
  },
  LOOP_ON_KQUEUE {
    @Override
    Subject open() {
      return onLoop(Backend.KQUEUE);
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
  },
  LOOPS_AS_SINGLE {
    @Override
    Subject open() {
      return Subject.of(Schedulers.zLoopFactory().newSingle(ZLoopThreads.factory()));
    }
  },
  LOOPS_AS_PARALLEL {
    @Override
    Subject open() {
      return Subject.of(Schedulers.zLoopFactory().newParallel(2, ZLoopThreads.factory()));
    }
  };

  /** A scheduler, and what ends its threads. */
  record Subject(Scheduler scheduler, Runnable end) {

    /** One that owns its threads. */
    static Subject of(Scheduler scheduler) {
      return new Subject(scheduler, scheduler::dispose);
    }
  }

  abstract Subject open();

  private static Subject onLoop(Backend backend) {
    ZLoop loop =
        ZLoop.builder().backend(backend).threadFactory(ZLoopThreads.factory()).build().start();
    return new Subject(Schedulers.fromZLoop(loop), loop::close);
  }

  /** Without BlockHound, which at times catches Reactor's executors at their lock as they end. */
  private static Thread unwatched(Runnable task) {
    return Thread.ofPlatform().daemon().unstarted(task);
  }

  boolean isAvailable() {
    return switch (this) {
      case LOOP_ON_IO_URING -> isAvailable(Backend.IO_URING);
      case LOOP_ON_EPOLL -> isAvailable(Backend.EPOLL);
      case LOOP_ON_KQUEUE -> isAvailable(Backend.KQUEUE);
      default -> true;
    };
  }

  private static boolean isAvailable(Backend backend) {
    return Backend.candidates().contains(backend) && backend.isAvailable();
  }

  boolean isOurs() {
    return name().startsWith("LOOP");
  }

  /** As many as {@link #open}'s scheduler has. */
  int threads() {
    return switch (this) {
      case REACTOR_PARALLEL, LOOP_GROUP, LOOPS_AS_PARALLEL -> 2;
      default -> 1;
    };
  }
}
