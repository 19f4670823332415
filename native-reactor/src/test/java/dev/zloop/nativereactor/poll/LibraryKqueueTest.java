package dev.zloop.nativereactor.poll;

import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The contract on a library that brings kqueue to Linux. libkqueue loses what finds no room: it
 * takes more from epoll than it can hand on, and each edge comes once.
 */
@EnabledIfSystemProperty(
    named = NativeKqueueSyscalls.LIBRARY_PROPERTY,
    matches = ".+",
    disabledReason = "no library given by -D" + NativeKqueueSyscalls.LIBRARY_PROPERTY)
class LibraryKqueueTest extends PollerContract {
  LibraryKqueueTest() {
    super(new RealSockets(), KqueuePoller.open(MAX_EVENTS));
  }

  @Override
  boolean keepsWhatFindsNoRoom() {
    return false;
  }
}
