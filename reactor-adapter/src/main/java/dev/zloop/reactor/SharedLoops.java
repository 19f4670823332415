package dev.zloop.reactor;

import dev.zloop.core.ZLoopGroup;
import reactor.core.scheduler.Scheduler;

/** The loops that all share who bring none, and the scheduler on them. */
record SharedLoops(ZLoopGroup group, Scheduler scheduler) {
  private static final String SIZE = "zloop.loops";

  private static volatile SharedLoops current;

  /** Never closed ones: whoever closes the group makes way for the next. */
  static SharedLoops get() {
    SharedLoops loops = current;
    return loops != null && !loops.group.isClosed() ? loops : create();
  }

  private static synchronized SharedLoops create() {
    SharedLoops loops = current;
    if (loops == null || loops.group.isClosed()) {
      ZLoopGroup group =
          ZLoopGroup.builder()
              .size(size(System.getProperty(SIZE)))
              .name("zloop-shared")
              .threadFactory(ZLoopThreads.factory())
              .build()
              .start();
      loops = new SharedLoops(group, LoopScheduler.shared(group.loops()));
      current = loops;
    }
    return loops;
  }

  /** How many loops a value of the property asks for; null if it is not set. */
  static int size(String property) {
    if (property == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    int size;
    try {
      size = Integer.parseInt(property.strip());
    } catch (NumberFormatException notANumber) {
      size = 0;
    }
    if (size < 1) {
      throw new IllegalArgumentException(
          "-D" + SIZE + "=" + property + ": expected how many loops to share, a number from 1");
    }
    return size;
  }
}
