package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Native memory to write from; what comes back is spoilt at once, lest anybody still reads it. */
final class Blocks {
  private static final int[] SIZES = {256, 2 << 10, 16 << 10, Bytes.LENGTH_MAX};

  /** A piece of memory that is handed to a write. */
  static final class Block {
    private final Region region;
    private final int sizeClass;
    final long address;

    /** Whose write it is now, or null. */
    Actor writer;

    int length;

    private Block(int sizeClass) {
      this.sizeClass = sizeClass;
      region = Region.allocate(SIZES[sizeClass], 8);
      address = region.address();
    }
  }

  private final List<ArrayDeque<Block>> free = new ArrayList<>();
  private int out;
  private int grown;

  Blocks() {
    for (int i = 0; i < SIZES.length; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  Block take(int length) {
    int sizeClass = 0;
    while (SIZES[sizeClass] < length) {
      sizeClass++;
    }
    Block block = free.get(sizeClass).poll();
    if (block == null) {
      block = new Block(sizeClass);
      grown++;
    }
    block.length = length;
    out++;
    return block;
  }

  void giveBack(Block block) {
    Memory.zero(block.address, block.length);
    block.writer = null;
    out--;
    free.get(block.sizeClass).push(block);
  }

  /** How many blocks were made since this was last asked. */
  int takeGrown() {
    int taken = grown;
    grown = 0;
    return taken;
  }

  /** How many have not come back. */
  int out() {
    return out;
  }

  /** Forgets those that did not come back, after a failure. */
  void forget() {
    out = 0;
  }
}
