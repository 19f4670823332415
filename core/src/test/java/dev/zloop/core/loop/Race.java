package dev.zloop.core.loop;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A race that is tried as often as half a second allows: in every round the participants set off
 * within nanoseconds of each other. They wait for each other by spinning, since a thread that is
 * only being woken comes too late for any race.
 */
final class Race {
  /** {@code -Dzloop.race.millis=60000} looks harder. */
  private static final long TRY_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("zloop.race.millis", 500));

  private static final int ROUNDS_MIN = 100;

  interface Round {
    /** Runs what one participant does; participant 0 is the test's own thread. */
    void run(int participant);

    /** What must be true when all have done so. On the test's own thread. */
    void verify();
  }

  private final int participants;
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile Round round;

  /** Counts the rounds; negative when there will be no more. */
  private volatile int number;

  private Race(int participants) {
    this.participants = participants;
  }

  static void tryOften(int participants, Supplier<? extends Round> rounds) {
    new Race(participants).tryOften(rounds);
  }

  private void tryOften(Supplier<? extends Round> rounds) {
    var others = new ArrayList<CompletableFuture<Void>>();
    for (int i = 1; i < participants; i++) {
      int participant = i;
      others.add(Elsewhere.start(() -> participate(participant)));
    }
    try {
      long begin = System.nanoTime();
      for (int i = 1; i <= ROUNDS_MIN || !isLongEnough(begin); i++) {
        round = rounds.get();
        arrived.set(0);
        number = i;
        runRound(0);
        awaitAll(others);
        round.verify();
      }
    } finally {
      number = -1;
    }
    others.forEach(Elsewhere::await);
  }

  private static boolean isLongEnough(long begin) {
    return System.nanoTime() - begin > TRY_NANOS;
  }

  /** Spends about a nanosecond a step: with other steps every round, each moment is met once. */
  static void linger(int steps) {
    int spent = 1;
    for (int i = 0; i < steps; i++) {
      spent = spent * 31 + i;
    }
    if (spent == 0) { // uses it, or it would be optimized away
      Thread.onSpinWait();
    }
  }

  private void participate(int participant) {
    for (int next = 1; ; next++) {
      for (var patience = new Patience(); number >= 0 && number < next; ) {
        patience.spin("the next round");
      }
      if (number < 0) {
        return;
      }
      runRound(participant);
    }
  }

  /** The last to arrive here lets all go. */
  private void runRound(int participant) {
    arrived.incrementAndGet();
    for (var patience = new Patience(); arrived.get() < participants && number >= 0; ) {
      patience.spin("all to arrive");
    }
    round.run(participant);
    arrived.incrementAndGet();
  }

  private void awaitAll(ArrayList<CompletableFuture<Void>> others) {
    for (var patience = new Patience(); arrived.get() < 2 * participants; ) {
      patience.spin("all to end their part");
      for (CompletableFuture<Void> other : others) {
        if (other.isDone()) { // by what it threw
          Elsewhere.await(other);
        }
      }
    }
  }
}
