package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Region;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A piece of receive memory that is filled from its front to its end, and lent in parts. It counts
 * what is lent and what is back; when all is back it may be filled again.
 */
final class Chunk {
  private static final VarHandle RETURNED;
  private static final VarHandle FREED;

  static {
    try {
      var lookup = MethodHandles.lookup();
      RETURNED = lookup.findVarHandle(Chunk.class, "returned", int.class);
      FREED = lookup.findVarHandle(Chunk.class, "freed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Region region;
  final long address;
  final ByteBuffer view;

  /** Bytes at the front that are lent, or were. */
  int used;

  /** Leases ever given, by the loop. Other threads read it only after they have seen closed. */
  int lent;

  /** Leases ever returned, by any thread; its release makes their last access precede the reuse. */
  private volatile int returned;

  private volatile boolean freed;

  Chunk(int bytes) {
    region = Region.allocate(bytes, 4096);
    address = region.address();
    view = region.view();
  }

  boolean isAllBack() {
    return returned == lent;
  }

  /** Leases that are out. */
  int out() {
    return lent - returned;
  }

  void giveBack() {
    RETURNED.getAndAdd(this, 1);
  }

  void freeIfAllBack() {
    if (isAllBack() && FREED.compareAndSet(this, false, true)) {
      region.close();
    }
  }

  boolean isFreed() {
    return freed;
  }
}
