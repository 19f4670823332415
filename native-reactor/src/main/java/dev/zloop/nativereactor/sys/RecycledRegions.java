package dev.zloop.nativereactor.sys;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory of {@link Region}s that is used again. To give memory back the JDK asks every thread
 * whether it is using it, which takes as long as a simulated loop lives; whoever makes thousands of
 * such loops a second recycles. It also counts what was not closed.
 *
 * <p>For one thread, which allocates and closes. A region that was closed is not guarded as others
 * are: its views work on, over bytes that nobody wrote.
 */
public final class RecycledRegions implements AutoCloseable {
  private static final ThreadLocal<RecycledRegions> OF_THREAD = new ThreadLocal<>();

  private final Map<Long, ArrayDeque<Region>> bySize = new HashMap<>();
  private int open;

  private RecycledRegions() {}

  /** From here on, until it is closed, every region that this thread allocates is recycled. */
  public static RecycledRegions onThisThread() {
    RecycledRegions recycler = new RecycledRegions();
    OF_THREAD.set(recycler);
    return recycler;
  }

  /** That of the calling thread, or null. */
  static RecycledRegions ofThisThread() {
    return OF_THREAD.get();
  }

  Region take(long size, long alignment) {
    ArrayDeque<Region> free = bySize.get(size);
    Region again = free == null ? null : free.poll();
    open++;
    return again != null && again.isAligned(alignment)
        ? again.again()
        : Region.fresh(size, alignment, this);
  }

  void giveBack(Region region) {
    open--;
    bySize.computeIfAbsent(region.size(), size -> new ArrayDeque<>()).push(region);
  }

  /** How many regions were allocated here and not closed. */
  public int open() {
    return open;
  }

  /** Forgets those that are open, after a failure. */
  public void forget() {
    open = 0;
  }

  /** Regions of this thread are ordinary ones again. */
  @Override
  public void close() {
    OF_THREAD.remove();
  }
}
