package dev.zloop.nativereactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import dev.zloop.nativereactor.uring.UringProbe;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackendTest {
  @Test
  void epollIsAvailableOnLinux() {
    assertTrue(Backend.EPOLL.isAvailable());
    assertEquals(Optional.empty(), Backend.EPOLL.unavailability());
  }

  @Test
  void ioUringIsAvailableWhereItsProbeFindsAllThatItNeeds() {
    assertEquals(UringProbe.unavailability(), Backend.IO_URING.unavailability());
    assertEquals(UringProbe.unavailability().isEmpty(), Backend.IO_URING.isAvailable());
  }

  @Test
  void kqueueIsNoCandidateOnLinuxUnlessALibraryBringsIt() {
    if (NativeKqueueSyscalls.isLibraryGiven()) {
      assertEquals(Optional.empty(), Backend.KQUEUE.unavailability());
      assertEquals(Backend.KQUEUE, Backend.candidates().getLast());
    } else {
      assertEquals(
          Optional.of(
              "kqueue belongs to macOS and the BSDs, and this is Linux; a library that stands in"
                  + " for it can be given by -Dzloop.kqueue.library"),
          Backend.KQUEUE.unavailability());
      assertFalse(Backend.candidates().contains(Backend.KQUEUE));
    }
  }

  @Test
  void ioUringIsPreferredToEpoll() {
    assertEquals(List.of(Backend.IO_URING, Backend.EPOLL), Backend.candidates().subList(0, 2));
  }

  @Test
  void aBackendIsParsedByTheNameThatItPrints() {
    for (Backend backend : Backend.values()) {
      assertEquals(backend, Backend.parse(backend.toString()));
      assertEquals(backend, Backend.parse(backend.name()));
    }
    assertEquals("io_uring", Backend.IO_URING.toString());
  }

  @Test
  void anUnknownNameIsToldWhichOnesThereAre() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Backend.parse("select")).getMessage();
    assertEquals("no backend is called \"select\": io_uring, epoll, kqueue", message);
  }
}
