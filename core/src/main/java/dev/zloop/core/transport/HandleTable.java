package dev.zloop.core.transport;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What the kernel's events are for: handles under tokens, which the kernel is given and gives back.
 * A token is a slot and that slot's generation, so that a late event of one that has gone never
 * reaches the next one in its slot.
 */
final class HandleTable<H> {
  /** Bits of a token; those above are free for its user, and ignored here. */
  static final int TOKEN_BITS = 56;

  private static final int GENERATION_MASK = (1 << TOKEN_BITS - Integer.SIZE) - 1;

  /** By slot; null where free. */
  private Object[] handles = new Object[64];

  private int[] generations = new int[64];
  private int[] freeSlots = new int[64];
  private int freeCount;
  private int slotsUsed;

  int size() {
    return slotsUsed - freeCount;
  }

  /** The token that {@link #add} will give. */
  long nextToken() {
    int slot = freeCount > 0 ? freeSlots[freeCount - 1] : slotsUsed;
    return (long) (slot < generations.length ? generations[slot] : 0) << Integer.SIZE | slot;
  }

  /** Adds a handle, under {@link #nextToken}. */
  long add(H handle) {
    long token = nextToken();
    int slot = (int) token;
    if (freeCount > 0) {
      freeCount--;
    } else if (++slotsUsed > handles.length) {
      grow();
    }
    handles[slot] = handle;
    return token;
  }

  private void grow() {
    int length = handles.length * 2;
    handles = Arrays.copyOf(handles, length);
    generations = Arrays.copyOf(generations, length);
    freeSlots = Arrays.copyOf(freeSlots, length);
  }

  /** The handle under a token that was given out, or null: it has gone. */
  @SuppressWarnings("unchecked")
  H get(long token) {
    int slot = (int) token;
    boolean current = generations[slot] == ((int) (token >>> Integer.SIZE) & GENERATION_MASK);
    return current ? (H) handles[slot] : null;
  }

  /** Takes a handle out; its token is not given out again for 16 million uses of the slot. */
  void remove(long token) {
    assert get(token) != null;
    int slot = (int) token;
    handles[slot] = null;
    generations[slot] = generations[slot] + 1 & GENERATION_MASK;
    freeSlots[freeCount++] = slot;
  }

  /** Whatever is in the table. */
  @SuppressWarnings("unchecked")
  void forEach(Consumer<H> action) {
    for (int slot = 0; slot < slotsUsed; slot++) {
      if (handles[slot] != null) {
        action.accept((H) handles[slot]);
      }
    }
  }
}
