package dev.zloop.nativereactor.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Descriptors;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The descriptors of a poller: how they are born, and that each is closed once, whatever fails. */
class EpollOpenCloseTest {
  @Test
  void bothDescriptorsAreCloseOnExecAndTheWakersIsNonBlocking() {
    RecordingEpoll epoll = new RecordingEpoll();
    try (EpollPoller poller = EpollPoller.open(1, epoll)) {
      assertEquals(0, poller.poll(0));
      assertEquals(2, epoll.opened.size());
      assertTrue(Descriptors.isCloseOnExec(epoll.opened.get(0)));
      assertTrue(Descriptors.isCloseOnExec(epoll.opened.get(1)));
      // The first is the epoll instance, which is never read nor written: it has no such flag.
      assertTrue(Descriptors.isNonBlocking(epoll.opened.get(1)));
    }
  }

  @Test
  void closeClosesEachDescriptorOnceHoweverOftenItIsCalled() {
    RecordingEpoll epoll = new RecordingEpoll();
    EpollPoller poller = EpollPoller.open(1, epoll);
    poller.close();
    poller.close();
    assertEquals(2, epoll.closed.size());
    assertEquals(new HashSet<>(epoll.opened), new HashSet<>(epoll.closed));
  }

  @Test
  void anEpollInstanceThatCannotBeHadIsNamed() {
    assertOpenFails(
        "epoll_create1: EMFILE (Too many open files)",
        new RecordingEpoll() {
          @Override
          public int epollCreate1(int flags) {
            return -Errno.EMFILE;
          }
        });
  }

  @Test
  void aWakerThatCannotBeHadClosesWhatWasOpened() {
    assertOpenFails(
        "eventfd: ENFILE (Too many open files in system)",
        new RecordingEpoll() {
          @Override
          public int eventfd(int initialValue, int flags) {
            return -Errno.ENFILE;
          }
        });
  }

  @Test
  void aWakerThatCannotBeRegisteredClosesWhatWasOpened() {
    assertOpenFails(
        "epoll_ctl: ENOSPC (No space left on device)",
        new RecordingEpoll() {
          @Override
          public int epollCtl(int epfd, int operation, int fd, long event) {
            return -Errno.ENOSPC;
          }
        });
  }

  @Test
  void aPollerOfNoEventsIsRefusedBeforeAnythingIsOpened() {
    RecordingEpoll epoll = new RecordingEpoll();
    assertThrows(IllegalArgumentException.class, () -> EpollPoller.open(0, epoll));
    assertEquals(List.of(), epoll.opened);
  }

  private static void assertOpenFails(String message, RecordingEpoll epoll) {
    ErrnoException e = assertThrows(ErrnoException.class, () -> EpollPoller.open(1, epoll));
    assertEquals(message, e.getMessage());
    assertEquals(epoll.opened.reversed(), epoll.closed);
  }
}
