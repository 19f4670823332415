package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.core.loop.IoPort;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Errno;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which backend serves, and what the log has about it. */
class IoPortsTest {
  private static final List<Backend> BOTH = List.of(Backend.IO_URING, Backend.EPOLL);

  /** Why a backend is not there, and with which errno opening it fails. */
  final Map<Backend, String> unavailable = new EnumMap<>(Backend.class);

  final Map<Backend, Integer> refused = new EnumMap<>(Backend.class);
  final List<Backend> opened = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  final IoPorts ports =
      new IoPorts(backend -> Optional.ofNullable(unavailable.get(backend)), this::open, log::add);

  private IoPort open(Backend backend) {
    opened.add(backend);
    Integer errno = refused.get(backend);
    if (errno != null) {
      throw new UncheckedIOException(new NativeIoException("opening " + backend, errno));
    }
    return new Port();
  }

  private static final class Port implements IoPort {
    @Override
    public void await(long timeoutNanos) {}

    @Override
    public int dispatch() {
      return 0;
    }

    @Override
    public boolean hasBacklog() {
      return false;
    }

    @Override
    public void wakeup() {}

    @Override
    public void close() {}
  }

  @Test
  void thePreferredBackendServesWithoutAWord() {
    assertSame(Backend.IO_URING, ports.first(BOTH).backend());
    assertEquals(List.of(Backend.IO_URING), opened);
    assertEquals(List.of(), log);
  }

  @Test
  void whereItCannotBeHadTheNextOneServesAndTheLogSaysWhy() {
    unavailable.put(Backend.IO_URING, "io_uring_setup: EPERM");
    assertSame(Backend.EPOLL, ports.first(BOTH).backend());
    assertEquals(List.of("loops run on epoll. io_uring: io_uring_setup: EPERM"), log);
  }

  @Test
  void whatIsRefusedOnlyWhenItIsOpenedMakesWayForTheNextOneAsWell() {
    refused.put(Backend.IO_URING, Errno.ENOMEM);
    assertSame(Backend.EPOLL, ports.first(BOTH).backend());
    assertEquals(
        List.of("loops run on epoll. io_uring: opening io_uring: ENOMEM (Cannot allocate memory)"),
        log);
  }

  @Test
  void whereNoneCanBeHadTheReasonsOfAllAreNamed() {
    unavailable.put(Backend.IO_URING, "not allowed");
    unavailable.put(Backend.EPOLL, "nor this");
    var e = assertThrows(UnsupportedOperationException.class, () -> ports.first(BOTH));
    assertEquals(
        "no backend can be had here: io_uring: not allowed; epoll: nor this", e.getMessage());
    assertEquals(List.of(), log);
  }

  @Test
  void whereTheKernelRefusesTheLastOneToItsErrorIsTheCallers() {
    refused.put(Backend.IO_URING, Errno.EMFILE);
    refused.put(Backend.EPOLL, Errno.ENFILE);
    var e = assertThrows(UncheckedIOException.class, () -> ports.first(BOTH));
    assertEquals(Errno.ENFILE, ((NativeIoException) e.getCause()).errno());
    assertEquals(BOTH, opened);
  }

  @Test
  void theOneThatWasAskedForServesOrNone() {
    assertSame(Backend.EPOLL, ports.require(Backend.EPOLL).backend());
    unavailable.put(Backend.IO_URING, "not allowed");
    var e =
        assertThrows(UnsupportedOperationException.class, () -> ports.require(Backend.IO_URING));
    assertEquals("backend io_uring cannot be had: not allowed", e.getMessage());
    unavailable.clear();
    refused.put(Backend.IO_URING, Errno.ENOMEM);
    assertThrows(UncheckedIOException.class, () -> ports.require(Backend.IO_URING));
    assertEquals(List.of(), log);
  }
}
