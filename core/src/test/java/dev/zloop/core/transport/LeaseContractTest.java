package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What holds for bytes that were received and not given back yet, whatever is below. */
@OnEveryGround
class LeaseContractTest {
  private static final int MANY = 2_000;

  @Parameter Ground ground;
  World world;
  Link hoarder;
  Link other;

  @BeforeEach
  void open() {
    world = new World(ground);
    hoarder = world.link();
    hoarder.handler.retain = true;
    hoarder.startReading();
    other = world.link();
    other.startReading();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void hoard(int messages, int messageBytes) {
    for (int i = 0; i < messages; i++) {
      hoarder.peer.send(messageBytes);
      long sent = hoarder.peer.sent;
      world.until(() -> hoarder.handler.received == sent);
    }
  }

  private void checkHoard() {
    long position = 0;
    for (Lease lease : hoarder.handler.retained) {
      Pattern.check(lease.buffer(), lease.offset(), lease.length(), position);
      position += lease.length();
    }
    assertEquals(hoarder.handler.received, position);
  }

  @Test
  void aConsumerThatKeepsEveryLeaseStopsNoOther() {
    for (int round = 0; round < 20; round++) {
      hoard(MANY / 20, 100);
      other.peer.send(50_000);
      world.until(() -> other.handler.received == other.peer.sent);
    }
    checkHoard();
  }

  @Test
  void aConsumerThatKeepsMegabytesStopsNoOtherAndGoesOnWhenItGivesBack() {
    world.until(() -> {
      if (hoarder.peer.sent < 24 << 20) {
        hoarder.peer.send(200_000);
        other.peer.send(1_000);
      }
      return hoarder.handler.received >= 24 << 20;
    });
    world.until(() -> other.handler.received == other.peer.sent);
    checkHoard();
    hoarder.handler.retained.forEach(Lease::release);
    hoarder.handler.retained.clear();
    hoarder.handler.retain = false;
    long before = hoarder.handler.received;
    world.until(() -> {
      if (hoarder.peer.sent < before + (4 << 20)) {
        hoarder.peer.send(200_000);
      }
      return hoarder.handler.received >= before + (4 << 20);
    });
  }

  @Test
  void leasesMayBeGivenBackInAnyOrder() {
    for (int round = 0; round < 5; round++) {
      hoard(100, 3_000);
      Collections.shuffle(hoarder.handler.retained, new Random(round));
      hoarder.handler.retained.forEach(Lease::release);
      hoarder.handler.retained.clear();
    }
    assertEquals(5 * 100 * 3_000, hoarder.handler.received);
  }

  @Test
  void leasesMayBeGivenBackByAnotherThreadWhileMoreArrives() throws InterruptedException {
    for (int round = 0; round < 10; round++) {
      hoard(50, 5_000);
      List<Lease> leases = new ArrayList<>(hoarder.handler.retained);
      hoarder.handler.retained.clear();
      Thread releaser = Thread.ofPlatform().start(() -> leases.forEach(Lease::release));
      hoard(50, 5_000);
      releaser.join();
    }
    assertEquals(10 * 100 * 5_000, hoarder.handler.received);
  }

  @Test
  void aLeaseKeepsItsBytesWhenItsConnectionHasGone() {
    hoard(10, 10_000);
    hoarder.abort();
    world.until(() -> hoarder.handler.closed);
    other.peer.sendUntilFull(); // whose bytes must go elsewhere
    world.until(() -> other.handler.received == other.peer.sent);
    checkHoard();
  }

  @Test
  void whatAHandlerGivesBackAtOnceIsReceivedIntoAgain() {
    hoarder.handler.retain = false;
    world.until(() -> {
      if (hoarder.peer.sent < 32 << 20) {
        hoarder.peer.send(200_000);
      }
      return hoarder.handler.received >= 32 << 20;
    });
    assertTrue(hoarder.handler.told.isEmpty());
  }
}
