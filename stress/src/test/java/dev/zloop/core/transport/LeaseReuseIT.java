package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.uring.Completor;
import dev.zloop.stress.Effort;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Memory is received into, lent, released on other threads, and received into again: no lease's
 * bytes change before its release, and in the end all memory is freed.
 */
class LeaseReuseIT {
  private static final int CHUNK_BYTES = 4096;
  private static final int CHUNKS_MAX = 16;
  private static final int LEASE_BYTES = 256;
  private static final int RELEASERS = 2;

  /** More than all chunks can lend at a time, so that what is on its way pins all of them. */
  private static final int ON_THEIR_WAY_MAX = CHUNKS_MAX * CHUNK_BYTES / LEASE_BYTES;

  /** What lends memory; the "kernel" that fills it is the caller. */
  private interface Lender {
    /** Fills memory with the pattern of a number, and lends it. */
    Lease receive(long number);

    void close();

    int inUse();
  }

  private record Lent(Lease lease, long number) {}

  private static final Lent END = new Lent(null, 0);

  private static void fill(long address, long number) {
    for (int at = 0; at < LEASE_BYTES; at += Long.BYTES) {
      Memory.putLong(address + at, number);
    }
  }

  private static void checkAndRelease(Lent lent) {
    for (int at = 0; at < LEASE_BYTES; at += Long.BYTES) {
      assertEquals(lent.number, Memory.getLong(lent.lease.address() + at), "what was lent");
    }
    lent.lease.release();
  }

  @Test
  void noChunkIsReceivedIntoBeforeAllOfItIsBack() {
    var buffers = new ReceiveBuffers(CHUNK_BYTES, CHUNKS_MAX);
    lendAndRelease(
        new Lender() {
          @Override
          public Lease receive(long number) {
            buffers.room();
            fill(buffers.address(), number);
            return buffers.lend(LEASE_BYTES);
          }

          @Override
          public void close() {
            buffers.close();
          }

          @Override
          public int inUse() {
            return buffers.chunksInUse();
          }
        });
  }

  @Test
  void noProvidedBufferIsProvidedAgainBeforeAllOfItIsBack() {
    lendAndRelease(new ProvidingKernel());
  }

  /** A completor's side of provided buffers: fills one after the other, from front to end. */
  private static final class ProvidingKernel implements Lender {
    private record Provided(int id, long address) {}

    private final ArrayDeque<Provided> provided = new ArrayDeque<>();
    private final ProvidedBuffers buffers =
        new ProvidedBuffers(completor(), CHUNK_BYTES, CHUNKS_MAX);
    private int filled;

    private Completor completor() {
      return (Completor)
          Proxy.newProxyInstance(
              Completor.class.getClassLoader(),
              new Class<?>[] {Completor.class},
              (proxy, method, arguments) -> {
                assertEquals("provide", method.getName());
                provided.add(new Provided((int) arguments[0], (long) arguments[1]));
                return null;
              });
    }

    @Override
    public Lease receive(long number) {
      buffers.replenish();
      Provided first = provided.peek();
      fill(first.address + filled, number);
      filled += LEASE_BYTES;
      boolean remains = filled < CHUNK_BYTES;
      if (!remains) {
        provided.poll();
        filled = 0;
      }
      return buffers.lend(first.id, LEASE_BYTES, remains);
    }

    @Override
    public void close() {
      buffers.close();
    }

    @Override
    public int inUse() {
      return buffers.buffersInUse();
    }
  }

  // ---- the race

  private static void lendAndRelease(Lender lender) {
    BlockingQueue<Lent> onTheirWay = new ArrayBlockingQueue<>(ON_THEIR_WAY_MAX);
    List<CompletableFuture<Void>> releasers = new ArrayList<>();
    for (int i = 0; i < RELEASERS; i++) {
      releasers.add(
          CompletableFuture.runAsync(
              () -> release(onTheirWay), task -> Thread.ofPlatform().daemon().start(task)));
    }
    long end = System.nanoTime() + Effort.race().toNanos();
    for (long number = 1; System.nanoTime() - end < 0; number++) {
      var lent = new Lent(lender.receive(number), number);
      if (!onTheirWay.offer(lent)) {
        checkAndRelease(lent); // as a receiver does that keeps up
      }
      failIfOneFailed(releasers);
    }
    lender.close(); // while leases are out
    releasers.forEach(each -> put(onTheirWay, END));
    releasers.forEach(each -> each.orTimeout(1, TimeUnit.MINUTES).join());
    assertEquals(0, lender.inUse(), "chunks not freed");
  }

  private static void failIfOneFailed(List<CompletableFuture<Void>> releasers) {
    for (CompletableFuture<Void> releaser : releasers) {
      if (releaser.isCompletedExceptionally()) {
        releaser.join();
      }
    }
  }

  private static void release(BlockingQueue<Lent> onTheirWay) {
    try {
      for (Lent lent = onTheirWay.take(); lent != END; lent = onTheirWay.take()) {
        checkAndRelease(lent);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void put(BlockingQueue<Lent> queue, Lent lent) {
    try {
      queue.put(lent);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
