package dev.zloop.core.transport;

import static dev.zloop.core.transport.ReceiveBuffers.CHUNK_BYTES;
import static dev.zloop.core.transport.ReceiveBuffers.ROOM_BYTES_MIN;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Memory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveBuffersTest {
  private static final int CHUNKS_MAX = 4;

  final ReceiveBuffers buffers = new ReceiveBuffers(CHUNKS_MAX);
  private long position;
  private boolean closed;

  @AfterEach
  void close() {
    if (!closed) {
      closeBuffers();
    }
    assertEquals(0, buffers.chunksInUse());
  }

  private void closeBuffers() {
    closed = true;
    buffers.close();
  }

  /** Receives bytes of the pattern, and has their position checked by what holds the lease. */
  private Held receive(int length) {
    assertTrue(buffers.room() >= ROOM_BYTES_MIN);
    assertTrue(length <= buffers.room());
    long address = buffers.address();
    Pattern.fill(address, position, length);
    Held held = new Held(buffers.lend(length), position);
    position += length;
    held.check();
    return held;
  }

  private record Held(Lease lease, long position) {
    void check() {
      Pattern.check(lease.buffer(), lease.offset(), lease.length(), position);
      if (Memory.getByte(lease.address()) != Pattern.at(position)) {
        throw new AssertionError("the address is another than the buffer's");
      }
    }

    void release() {
      check();
      lease.release();
    }

    boolean isCopied() {
      return lease.offset() == 0 && lease.buffer().capacity() == lease.length();
    }
  }

  @Test
  void whoeverReleasesAtOnceAlwaysGetsTheSameMemory() {
    buffers.room();
    long address = buffers.address();
    for (int i = 0; i < 1000; i++) {
      Held held = receive(1 + i * 100);
      assertEquals(address, held.lease.address());
      held.release();
    }
  }

  @Test
  void leasesAreUsedAgainOnTheLoopsThread() {
    Held first = receive(10);
    first.release();
    assertEquals(first.lease, receive(10).lease);
    closed = true;
    buffers.close();
    first.lease.release();
  }

  @Test
  void leasesOfOneChunkDoNotOverlap() {
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      held.add(receive(1000 + i));
    }
    held.forEach(Held::release);
    assertEquals(1, buffers.chunksInUse());
  }

  @Test
  void aRetainedLeasePinsItsChunkAndAnotherIsTaken() {
    Held pinning = receive(CHUNK_BYTES);
    Held next = receive(CHUNK_BYTES);
    assertNotEquals(pinning.lease.address(), next.lease.address());
    next.release();
    pinning.release();
    assertTrue(buffers.chunksInUse() <= 3);
  }

  @Test
  void whatIsSetAsideIsTakenAgainOnceItIsBack() {
    ArrayDeque<Held> held = new ArrayDeque<>();
    for (int i = 0; i < 200; i++) {
      held.add(receive(CHUNK_BYTES / 2));
      if (held.size() > 3) {
        held.poll().release();
      }
    }
    assertTrue(held.stream().noneMatch(Held::isCopied));
    assertTrue(buffers.chunksInUse() <= CHUNKS_MAX);
    held.forEach(Held::release);
  }

  @Test
  void whenAllArePinnedWhatArrivesIsCopiedAndTheOthersGoOn() {
    List<Held> hoard = new ArrayList<>();
    Held last;
    do {
      last = receive(ROOM_BYTES_MIN);
      hoard.add(last);
    } while (!last.isCopied());
    assertEquals(CHUNKS_MAX, buffers.chunksInUse());
    for (int i = 0; i < 100; i++) {
      receive(ROOM_BYTES_MIN).release();
      receive(1).release();
    }
    assertEquals(CHUNKS_MAX, buffers.chunksInUse());
    hoard.forEach(Held::release);
    Held after = receive(CHUNK_BYTES / 2);
    assertTrue(!after.isCopied());
    after.release();
  }

  @Test
  void aCopyOutlivesTheChunkItWasReceivedInto() {
    ReceiveBuffers one = new ReceiveBuffers(1);
    one.room();
    Pattern.fill(one.address(), 0, CHUNK_BYTES);
    Lease lease = one.lend(CHUNK_BYTES);
    assertTrue(one.room() >= CHUNK_BYTES);
    Memory.zero(one.address(), CHUNK_BYTES);
    Pattern.check(lease.buffer(), lease.offset(), lease.length(), 0);
    one.close();
    Pattern.check(lease.buffer(), lease.offset(), lease.length(), 0);
    lease.release();
    assertEquals(0, one.chunksInUse());
  }

  @Test
  void whenThereIsNoMemoryLeftToCopyToTheBytesAreLostAndItSaysSo() {
    ReceiveBuffers poor =
        new ReceiveBuffers(
            1,
            length -> {
              throw new OutOfMemoryError("none left, on purpose");
            });
    poor.room();
    Lease pinning = poor.lend(10);
    poor.room();
    assertNull(poor.lend(CHUNK_BYTES - 10));
    assertTrue(poor.room() >= ROOM_BYTES_MIN);
    Lease next = poor.lend(100);
    next.release();
    pinning.release();
    poor.close();
  }

  @Test
  void aSecondReleaseIsDetectedAsLongAsTheLeaseIsNotLentAgain() {
    Held held = receive(10);
    held.release();
    assertThrows(IllegalStateException.class, held.lease::release);
  }

  @Test
  void theLastReleaseAfterTheCloseFreesItsChunk() {
    Held first = receive(10);
    Held second = receive(10);
    closeBuffers();
    first.release();
    assertEquals(1, buffers.chunksInUse());
    second.check();
    second.release();
    assertEquals(0, buffers.chunksInUse());
    assertThrows(IllegalStateException.class, second.lease::release);
  }

  @Test
  void releasesOfOtherThreadsGiveMemoryBackAndNeverWhatIsStillHeld() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    LinkedBlockingQueue<Held> handedOver = new LinkedBlockingQueue<>();
    Held end = new Held(null, -1);
    List<Thread> releasers = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      releasers.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  for (Held held; (held = handedOver.take()) != end; ) {
                    held.release(); // checks that nobody wrote over it
                  }
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (int i = 0; i < 3_000; i++) {
      Held held = receive(1 + random.nextInt(ROOM_BYTES_MIN));
      if (random.nextInt(3) == 0) {
        held.release();
      } else {
        handedOver.add(held);
      }
    }
    buffers.close();
    releasers.forEach(releaser -> handedOver.add(end));
    for (Thread releaser : releasers) {
      assertTrue(releaser.join(java.time.Duration.ofSeconds(60)));
    }
    assertEquals(List.of(), failures);
  }

  @Test
  void randomHoldingAndReleasingNeverMixesBytes() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      held.add(receive(1 + random.nextInt(Math.min(CHUNK_BYTES, 100_000) / 2)));
      while (held.size() > random.nextInt(40)) {
        held.remove(random.nextInt(held.size())).release();
      }
      assertTrue(buffers.chunksInUse() <= CHUNKS_MAX);
    }
    assertDoesNotThrow(() -> held.forEach(Held::release));
  }
}
