package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProvidedBuffersTest {
  private static final int BYTES = 64 << 10;
  private static final int COUNT = 32;

  /** What is with the completor: ids in the order in which they were provided. */
  final ArrayDeque<Integer> provided = new ArrayDeque<>();

  final long[] addresses = new long[2 * COUNT];
  final int[] used = new int[2 * COUNT];
  final ScriptedCompletor completor =
      new ScriptedCompletor() {
        @Override
        public void provide(int bufferId, long address, int length) {
          assertEquals(BYTES, length);
          assertTrue(!provided.contains(bufferId), "it was provided already");
          provided.add(bufferId);
          addresses[bufferId] = address;
          used[bufferId] = 0;
        }
      };
  ProvidedBuffers buffers = new ProvidedBuffers(completor, BYTES, COUNT);
  long position;
  final List<Held> held = new ArrayList<>();

  private record Held(Lease lease, long position) {
    void release() {
      Pattern.check(lease.buffer(), lease.offset(), lease.length(), position);
      lease.release();
    }

    boolean isCopied() {
      return lease.buffer().capacity() == lease.length() && lease.length() != BYTES;
    }
  }

  @AfterEach
  void close() {
    buffers.close();
    held.forEach(Held::release);
    assertEquals(0, buffers.buffersInUse());
  }

  /** As a kernel does: fills the first buffer from where it stopped. */
  private Held receive(int length) {
    int id = provided.getFirst();
    Pattern.fill(addresses[id] + used[id], position, length);
    used[id] += length;
    boolean remains = used[id] < BYTES;
    if (!remains) {
      provided.poll();
    }
    Lease lease = buffers.lend(id, length, remains);
    assertNotNull(lease);
    Held received = new Held(lease, position);
    held.add(received);
    position += length;
    return received;
  }

  private void releaseAll() {
    held.forEach(Held::release);
    held.clear();
  }

  @Test
  void onlyAFewAreWithTheKernelAndThoseThatAreFilledAreReplaced() {
    buffers.replenish();
    int target = provided.size();
    assertTrue(target >= 1 && target <= COUNT / 4, target + " are provided");
    for (int i = 0; i < 100; i++) {
      receive(BYTES);
      releaseAll();
      buffers.replenish();
      assertEquals(target, provided.size());
    }
    assertTrue(buffers.buffersInUse() <= 3 * target, buffers.buffersInUse() + " are allocated");
  }

  @Test
  void piecesOfABufferLieOneBehindTheOther() {
    buffers.replenish();
    long first = addresses[provided.getFirst()];
    assertEquals(first, receive(100).lease.address());
    assertEquals(first + 100, receive(50).lease.address());
    assertEquals(first + 150, receive(BYTES - 150).lease.address());
    assertEquals(addresses[provided.getFirst()], receive(1).lease.address());
  }

  @Test
  void aBufferIsProvidedAgainOnlyWhenEveryLeaseOnItIsBack() {
    buffers.replenish();
    int id = provided.getFirst();
    Held early = receive(10);
    receive(BYTES - 10);
    held.remove(early);
    releaseAll();
    for (int i = 0; i < 50; i++) {
      buffers.replenish();
      assertTrue(!provided.contains(id));
      receive(BYTES);
      releaseAll();
    }
    early.release();
    for (int i = 0; i < COUNT && !provided.contains(id); i++) {
      receive(BYTES); // and retain, so that all others are used
      buffers.replenish();
    }
    assertTrue(provided.contains(id));
  }

  @Test
  void whenTheyRunLowWhatArrivesIsCopiedAndTheKernelKeepsItsShare() {
    buffers.replenish();
    int target = provided.size();
    Held last;
    int hoarded = 0;
    do {
      last = receive(BYTES / 4);
      buffers.replenish();
      hoarded++;
    } while (!last.isCopied());
    assertTrue(hoarded > COUNT, "copied after " + hoarded);
    for (int i = 0; i < 500; i++) {
      receive(BYTES / 4);
      buffers.replenish();
      assertTrue(provided.size() >= target, provided.size() + " are left");
    }
    assertEquals(COUNT, buffers.buffersInUse());
    releaseAll();
    buffers.replenish();
    assertTrue(!receive(BYTES / 4).isCopied());
  }

  @Test
  void whatTheKernelFillsWithinATurnDoesNotStarveIt() {
    buffers.replenish();
    for (int turn = 0; turn < 100; turn++) {
      while (!provided.isEmpty()) {
        receive(BYTES); // and retain
      }
      buffers.replenish();
      assertTrue(!provided.isEmpty());
    }
  }

  @Test
  void aKernelThatRanOutGetsMoreWithinBounds() {
    buffers.replenish();
    int before = provided.size();
    buffers.onExhausted();
    buffers.replenish();
    assertTrue(provided.size() > before || before == COUNT / 4);
    for (int i = 0; i < 10; i++) {
      buffers.onExhausted();
      buffers.replenish();
    }
    assertEquals(COUNT / 4, provided.size());
  }

  @Test
  void aKernelThatRunsOutWhileAConsumerHoardsIsNotStarved() {
    buffers.close();
    buffers = new ProvidedBuffers(completor, BYTES, 2 * COUNT); // with 8 at first, 16 at the most
    for (int i = 0; i < 2 * COUNT; i++) {
      buffers.replenish();
      do {
        receive(BYTES / 4);
      } while (!provided.isEmpty() && i % 8 != 0); // now and then all of them within a turn
      if (i > COUNT) {
        buffers.onExhausted();
      }
    }
    buffers.replenish();
    assertTrue(!provided.isEmpty(), "nothing is left to receive into");
  }

  @Test
  void bytesThatNobodyWantsLeaveNothingBehind() {
    buffers.replenish();
    int target = provided.size();
    for (int i = 0; i < 100; i++) {
      int id = provided.poll();
      buffers.discard(id, BYTES, false);
      buffers.replenish();
      assertEquals(target, provided.size());
    }
  }

  @Test
  void whereEvenACopyFindsNoMemoryTheBytesAreLostAndTheBufferIsNot() {
    buffers.close();
    provided.clear();
    buffers =
        new ProvidedBuffers(
            completor,
            BYTES,
            4,
            length -> {
              throw new OutOfMemoryError("none left, on purpose");
            });
    buffers.replenish();
    int lost = 0;
    for (int i = 0; i < 20; i++) {
      int id = provided.poll();
      Pattern.fill(addresses[id], position, BYTES);
      Lease lease = buffers.lend(id, BYTES, false);
      if (lease == null) {
        lost++;
      } else {
        held.add(new Held(lease, position));
      }
      position += BYTES;
      buffers.replenish();
      assertTrue(!provided.isEmpty());
    }
    assertTrue(lost > 0 && lost < 20, lost + " were lost");
    releaseAll();
    buffers.replenish();
    int id = provided.poll();
    Pattern.fill(addresses[id], position, BYTES);
    held.add(new Held(buffers.lend(id, BYTES, false), position));
    assertNotNull(held.getLast().lease);
  }

  @Test
  void leasesComeBackInAnyOrder() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    buffers.replenish();
    for (int i = 0; i < 20_000; i++) {
      int id = provided.getFirst();
      receive(1 + random.nextInt(Math.min(BYTES - used[id], 20_000)));
      while (held.size() > 0 && random.nextInt(100) < 52) {
        held.remove(random.nextInt(held.size())).release();
      }
      if (random.nextInt(4) == 0 || provided.isEmpty()) {
        buffers.replenish();
      }
    }
  }
}
