package dev.zloop.benchmarks.soak;

import io.netty.buffer.ByteBuf;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What a server loses with each connection, on purpose, to see whether the soak finds it. */
enum Leak {
  NONE {
    @Override
    void lose(ByteBuf received) {}
  },
  DESCRIPTORS {
    @Override
    void lose(ByteBuf received) {
      try {
        LOST.add(new FileInputStream("/dev/null"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  },
  LEASES {
    @Override
    void lose(ByteBuf received) {
      received.retain();
    }
  },
  HEAP {
    @Override
    void lose(ByteBuf received) {
      LOST.add(new byte[16 << 10]);
    }
  };

  private static final Queue<Object> LOST = new ConcurrentLinkedQueue<>();

  /** Called with the first buffer of a connection. */
  abstract void lose(ByteBuf received);

  static void forget() {
    LOST.clear();
  }
}
