package dev.zloop.core;

import java.util.List;

/**
 * How the loops of a group are.
 *
 * @param status the worst among the loops
 * @param loops each of them, in the group's order
 */
public record GroupHealth(LoopHealth.Status status, List<LoopHealth> loops) {

  /** Takes a copy of the list. */
  public GroupHealth {
    loops = List.copyOf(loops);
  }

  static GroupHealth of(List<LoopHealth> loops) {
    LoopHealth.Status worst = LoopHealth.Status.UP;
    for (LoopHealth loop : loops) {
      worst = loop.status().compareTo(worst) > 0 ? loop.status() : worst;
    }
    return new GroupHealth(worst, loops);
  }
}
