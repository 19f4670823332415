package dev.zloop.core;

import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several loops that share work and are closed together: as a rule one a processor.
 *
 * <pre>{@code
 * try (ZLoopGroup group = ZLoopGroup.of(4)) {
 *   group.next().execute(() -> System.out.println("on one of zloop-1 to zloop-4"));
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class ZLoopGroup implements AutoCloseable {
  private final ZLoop[] loops;
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * The index that {@link #leastLoaded} chose last. Two threads that ask at once may both go by the
   * same value: then ties are not broken in turn, which the connections themselves make good.
   */
  private volatile int chosen;

  private volatile boolean closing;

  private ZLoopGroup(List<ZLoop> loops) {
    if (loops.isEmpty()) {
      throw new IllegalArgumentException("a group of no loops, expected at least 1");
    }
    this.loops = loops.toArray(ZLoop[]::new);
  }

  /**
   * A group of {@code n} new loops, named {@code zloop-1} to {@code zloop-n}, each started on a
   * thread of its own. Other settings: {@link #builder}.
   *
   * @param n how many loops, at least 1
   * @throws UnsupportedOperationException if no backend can be had; the message says why
   * @throws java.io.UncheckedIOException if the kernel refuses a descriptor or memory; the loops
   *     that were there by then are closed again
   */
  public static ZLoopGroup of(int n) {
    return builder().size(n).build().start();
  }

  /**
   * A group of loops that exist. They may be started or not; it is the group from here on that
   * closes them.
   */
  public static ZLoopGroup of(List<ZLoop> loops) {
    return new ZLoopGroup(List.copyOf(loops));
  }

  /** A group to configure. Every setting has a default. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The loop whose turn it is: one after the other, round and round. A loop that was closed by
   * itself is left out, as long as another is open.
   */
  public ZLoop next() {
    ZLoop loop = turn();
    for (int others = loops.length - 1; others > 0 && loop.isClosed(); others--) {
      loop = turn();
    }
    return loop;
  }

  private ZLoop turn() {
    return loops[Integer.remainderUnsigned(taken.getAndIncrement(), loops.length)];
  }

  /**
   * The loop with the fewest {@linkplain ZLoop#connections connections}; where several have equally
   * few, the one that comes after the loop that was chosen last, round and round. A loop that was
   * closed by itself is left out, as long as another is open.
   */
  public ZLoop leastLoaded() {
    int first = chosen + 1;
    int least = -1;
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < loops.length; i++) {
      int index = (first + i) % loops.length;
      int connections = loops[index].connections();
      if (connections < fewest && !loops[index].isClosed()) {
        fewest = connections;
        least = index;
      }
    }
    if (least < 0) {
      return loops[0]; // all are closed, as it will say
    }
    chosen = least;
    return loops[least];
  }

  /** The loop of this group that the calling thread belongs to, if it belongs to one. */
  public Optional<ZLoop> current() {
    for (ZLoop loop : loops) {
      if (loop.inLoop()) {
        return Optional.of(loop);
      }
    }
    return Optional.empty();
  }

  /** All loops, in order. */
  public List<ZLoop> loops() {
    return List.of(loops);
  }

  /**
   * Starts every loop on a thread of its own. If one of them cannot be started, the whole group is
   * closed.
   *
   * @return this group
   * @throws IllegalStateException if a loop was started before, or is closed
   */
  public ZLoopGroup start() {
    try {
      for (ZLoop loop : loops) {
        loop.start();
      }
    } catch (Throwable error) {
      close();
      throw error;
    }
    return this;
  }

  /**
   * Closes every loop, as {@link ZLoop#close} does: idempotent, and without waiting for the end.
   */
  @Override
  public void close() {
    closing = true;
    for (ZLoop loop : loops) {
      loop.close();
    }
  }

  /** How the loops are: the worst of them, and each. As {@link ZLoop#health}, it never waits. */
  public GroupHealth health() {
    return GroupHealth.of(Stream.of(loops).map(ZLoop::health).toList());
  }

  /** Whether {@link #close} was called. A loop that was closed by itself does not count. */
  public boolean isClosed() {
    return closing;
  }

  /** Done when every loop has closed; failed when one of them had to stop because of a defect. */
  public CompletionStage<Void> onClosed() {
    // Made when asked for: a loop that outlives its groups should not have to remember them.
    return CompletableFuture.allOf(
            Stream.of(loops)
                .map(loop -> loop.onClosed().toCompletableFuture())
                .toArray(CompletableFuture[]::new))
        .minimalCompletionStage();
  }

  /** The {@linkplain ZLoop#dump dumps} of all loops, in order, with an empty line between. */
  public CompletionStage<String> dump() {
    List<CompletableFuture<String>> dumps =
        Stream.of(loops).map(loop -> loop.dump().toCompletableFuture()).toList();
    return CompletableFuture.allOf(dumps.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> dumps.stream().map(CompletableFuture::join).collect(Collectors.joining("\n")))
        .minimalCompletionStage();
  }

  @Override
  public String toString() {
    return "ZLoopGroup" + loops();
  }

  /**
   * Settings of a group, most of which are those of each loop. Not safe for use by several threads.
   */
  public static final class Builder {
    private final ZLoop.Builder loop = ZLoop.builder();
    private int size = Runtime.getRuntime().availableProcessors();
    private String name = "zloop";

    private Builder() {}

    /** How many loops, at least 1. Default: as many as the JVM has processors. */
    public Builder size(int size) {
      if (size < 1) {
        throw new IllegalArgumentException("a group of " + size + " loops, expected at least 1");
      }
      this.size = size;
      return this;
    }

    /** What a loop's name, and its thread's, begins with; a hyphen and a number from 1 follow. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** As {@link ZLoop.Builder#backend}, for each loop. */
    public Builder backend(Backend backend) {
      loop.backend(backend);
      return this;
    }

    /** As {@link ZLoop.Builder#receiveMemory}, for each loop. */
    public Builder receiveMemory(long bytes) {
      loop.receiveMemory(bytes);
      return this;
    }

    /** As {@link ZLoop.Builder#threadFactory}, for each loop. */
    public Builder threadFactory(ThreadFactory threadFactory) {
      loop.threadFactory(threadFactory);
      return this;
    }

    /** As {@link ZLoop.Builder#executor}, for each loop. */
    public Builder executor(Executor executor) {
      loop.executor(executor);
      return this;
    }

    /** As {@link ZLoop.Builder#errorHandler}, for each loop. */
    public Builder errorHandler(ZLoop.ErrorHandler errorHandler) {
      loop.errorHandler(errorHandler);
      return this;
    }

    /** As {@link ZLoop.Builder#blockedAfter}, for each loop. */
    public Builder blockedAfter(Duration time) {
      loop.blockedAfter(time);
      return this;
    }

    /** As {@link ZLoop.Builder#slowAfter}, for each loop. */
    public Builder slowAfter(Duration time) {
      loop.slowAfter(time);
      return this;
    }

    /** As {@link ZLoop.Builder#blockedHandler}, for each loop. */
    public Builder blockedHandler(BlockedHandler handler) {
      loop.blockedHandler(handler);
      return this;
    }

    /**
     * Makes the loops; {@link ZLoopGroup#start} sets them going. If one cannot be made, those made
     * before are closed again.
     *
     * @throws UnsupportedOperationException if the backend cannot be had; the message says why
     * @throws java.io.UncheckedIOException if the kernel refuses a descriptor or memory
     */
    public ZLoopGroup build() {
      return new ZLoopGroup(make(size, number -> loop.name(name + "-" + number).build()));
    }

    static List<ZLoop> make(int size, IntFunction<ZLoop> maker) {
      List<ZLoop> loops = new ArrayList<>(size);
      try {
        for (int number = 1; number <= size; number++) {
          loops.add(maker.apply(number));
        }
        return loops;
      } catch (Throwable error) {
        loops.forEach(ZLoop::close);
        throw error;
      }
    }
  }
}
