package dev.zloop.simulation.swarm;

import dev.zloop.simulation.Fault;
import dev.zloop.simulation.kernel.Call;
import dev.zloop.simulation.kernel.SocketState;

/** For now. */
final class Reach {
  static boolean anywhere(Fault fault, Call call) {
    return true;
  }

  static boolean isReachable(Fault fault, Call call, SocketState state) {
    return false;
  }
}
