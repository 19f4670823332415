package dev.zloop.reactor;

import java.util.concurrent.CountDownLatch;

/** A task that runs until it is released. It spins, since loops may not be blocked. */
final class Held implements Runnable {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean released;

  @Override
  public void run() {
    begun.countDown();
    while (!released) {
      // Reactor's own schedulers interrupt what they cancel; it makes no difference here.
      Thread.interrupted();
    }
    ended.countDown();
  }

  Held awaitBegun() {
    Await.down(begun);
    return this;
  }

  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  void release() {
    released = true;
  }
}
