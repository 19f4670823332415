package dev.zloop.simulation.swarm;

import dev.zloop.simulation.Fault;
import dev.zloop.simulation.kernel.Call;
import dev.zloop.simulation.kernel.Coverage;
import dev.zloop.simulation.kernel.SocketState;
import java.util.ArrayList;
import java.util.List;

/** Which fault hit which call in which state of its socket, for a person to read. */
final class CoverageTable {
  private CoverageTable() {}

  /** A line for each fault and call, a column for each state; "-" where no seed can come. */
  static String of(Coverage coverage) {
    StringBuilder table = new StringBuilder();
    table.append("%-22s %-18s".formatted("fault", "call"));
    for (SocketState state : SocketState.values()) {
      table.append("%13s".formatted(state));
    }
    for (Fault fault : Fault.values()) {
      for (Call call : Call.values()) {
        if (Reach.anywhere(fault, call)) {
          table.append("%n%-22s %-18s".formatted(fault, call));
          for (SocketState state : SocketState.values()) {
            table.append("%13s".formatted(cell(coverage, fault, call, state)));
          }
        }
      }
    }
    return table.toString();
  }

  private static String cell(Coverage coverage, Fault fault, Call call, SocketState state) {
    long hits = coverage.hits(fault, call, state);
    return hits == 0 && !Reach.isReachable(fault, call, state) ? "-" : Long.toString(hits);
  }

  /** The cells that could have been hit and were not. */
  static List<String> emptyCells(Coverage coverage) {
    return cells(coverage, true);
  }

  /** The cells that were hit although they are thought to be out of reach. */
  static List<String> surprises(Coverage coverage) {
    return cells(coverage, false);
  }

  private static List<String> cells(Coverage coverage, boolean reachable) {
    List<String> cells = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      for (Call call : Call.values()) {
        for (SocketState state : SocketState.values()) {
          boolean empty = coverage.hits(fault, call, state) == 0;
          if (Reach.isReachable(fault, call, state) == reachable
              && empty == reachable
              && !Reach.isRare(fault, call, state)) {
            cells.add(fault + " of " + call + " in " + state);
          }
        }
      }
    }
    return cells;
  }
}
