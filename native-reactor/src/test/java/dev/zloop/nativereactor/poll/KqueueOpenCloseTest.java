package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** The kqueue of a poller: that it is closed once, whatever fails, and by whoever is out last. */
class KqueueOpenCloseTest {
  /** A kqueue that counts what is triggered, and lets a test hold a thread inside. */
  private static final class HeldKqueue extends ScriptedKqueue {
    final Semaphore triggering = new Semaphore(0);
    final Semaphore mayTrigger = new Semaphore(0);
    volatile boolean triggeredAfterClose;

    HeldKqueue() {
      super(new ScriptedSockets());
    }

    @Override
    public boolean trigger(int kq, long change) {
      triggering.release();
      mayTrigger.acquireUninterruptibly();
      triggeredAfterClose |= !closed.isEmpty();
      return super.trigger(kq, change);
    }
  }

  @Test
  void aPollerHasAUserEventFromTheStart() {
    ScriptedKqueue kqueue = new ScriptedSockets().kqueue;
    try (KqueuePoller poller = KqueuePoller.open(1, kqueue)) {
      assertEquals(0, poller.poll(0));
      assertTrue(kqueue.has(EVFILT_USER, KqueueWaker.IDENT));
    }
  }

  @Test
  void closeClosesTheKqueueOnceHoweverOftenItIsCalled() {
    ScriptedKqueue kqueue = new ScriptedSockets().kqueue;
    KqueuePoller poller = KqueuePoller.open(1, kqueue);
    poller.close();
    poller.close();
    poller.wakeup();
    assertEquals(List.of(ScriptedKqueue.KQ), kqueue.closed);
  }

  @Test
  void closingWhileAnotherThreadWakesLeavesTheKqueueToThatThread() throws InterruptedException {
    HeldKqueue kqueue = new HeldKqueue();
    KqueuePoller poller = KqueuePoller.open(1, kqueue);
    Thread other = Thread.ofPlatform().start(poller::wakeup);
    kqueue.triggering.acquire();
    poller.close();
    poller.wakeup();
    assertEquals(List.of(), kqueue.closed);
    kqueue.mayTrigger.release();
    other.join();
    assertEquals(List.of(ScriptedKqueue.KQ), kqueue.closed);
    assertFalse(kqueue.triggeredAfterClose);
  }

  @Test
  void aKqueueThatCannotBeHadIsNamed() {
    ScriptedKqueue kqueue = new ScriptedSockets().kqueue;
    kqueue.opened = -Errno.EMFILE;
    assertOpenFails("kqueue: EMFILE (Too many open files)", kqueue);
    assertEquals(List.of(), kqueue.closed);
  }

  @Test
  void aUserEventThatCannotBeHadClosesTheKqueue() {
    ScriptedKqueue kqueue = new ScriptedSockets().kqueue;
    kqueue.failures.put(EVFILT_USER, Errno.ENOMEM);
    assertOpenFails("kevent: ENOMEM (Cannot allocate memory)", kqueue);
    assertEquals(List.of(ScriptedKqueue.KQ), kqueue.closed);
  }

  @Test
  void aPollerOfNoEventsIsRefusedBeforeAnythingIsOpened() {
    ScriptedKqueue kqueue = new ScriptedSockets().kqueue;
    assertThrows(IllegalArgumentException.class, () -> KqueuePoller.open(0, kqueue));
    assertEquals(-Errno.EBADF, kqueue.kevent(ScriptedKqueue.KQ, 0, 0, 0, 0, 0));
  }

  private static void assertOpenFails(String message, ScriptedKqueue kqueue) {
    ErrnoException e = assertThrows(ErrnoException.class, () -> KqueuePoller.open(1, kqueue));
    assertEquals(message, e.getMessage());
  }
}
