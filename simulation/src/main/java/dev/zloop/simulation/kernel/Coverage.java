package dev.zloop.simulation.kernel;

import dev.zloop.simulation.Fault;

/** How often which fault has hit which call in which state of its socket. */
public final class Coverage {
  private static final int CALLS = Call.values().length;
  private static final int STATES = SocketState.values().length;

  private final long[] hits = new long[Fault.values().length * CALLS * STATES];

  void count(Fault fault, Call call, SocketState state) {
    hits[index(fault, call, state)]++;
  }

  /** How often. */
  public long hits(Fault fault, Call call, SocketState state) {
    return hits[index(fault, call, state)];
  }

  /** Adds what another has counted. */
  public void add(Coverage other) {
    for (int i = 0; i < hits.length; i++) {
      hits[i] += other.hits[i];
    }
  }

  private static int index(Fault fault, Call call, SocketState state) {
    return (fault.ordinal() * CALLS + call.ordinal()) * STATES + state.ordinal();
  }
}
