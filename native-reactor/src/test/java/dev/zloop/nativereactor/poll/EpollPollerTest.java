package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The contract on epoll, and what only epoll promises. */
class EpollPollerTest extends PollerContract {
  EpollPollerTest() {
    super(new RealSockets(), EpollPoller.open(MAX_EVENTS));
  }

  @Test
  void anEventTellsAllThatADescriptorIsReadyFor() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    sockets.send(pair.far(), "x");
    assertEquals(1, poller.poll(-1));
    assertEquals(READABLE | WRITABLE, poller.readiness(0));
    assertEquals(0, poller.error(0));
    assertNothingTold();
  }
}
