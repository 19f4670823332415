package dev.zloop.simulation.swarm;

import dev.zloop.simulation.kernel.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Everybody outside, and where they listen. */
final class Outsiders {
  /** What one of them sends or receives at a time, at the most. */
  static final int BYTES_MAX = 16 << 10;

  private static final int BACKLOG = 4;

  private final Swarm swarm;
  private final Plan plan;
  private final List<Outside> present = new ArrayList<>();
  private final List<Outside> everyone = new ArrayList<>();
  private Socket listener;

  Outsiders(Swarm swarm, Plan plan) {
    this.swarm = swarm;
    this.plan = plan;
  }

  /** How many are there. */
  int count() {
    return present.size();
  }

  /** Where they listen. */
  SocketAddress address() {
    if (listener == null) {
      listener = swarm.kernel.outside(plan.unix);
      swarm.kernel.listen(listener, plan.outsideAddress(), BACKLOG);
      listener.observeFromOutside((changed, bits) -> accept());
    }
    return listener.local();
  }

  private void accept() {
    for (Socket next = listener.accept(); next != null; next = listener.accept()) {
      add(next);
    }
  }

  /** One more, who connects. */
  void connect(SocketAddress address) {
    Socket socket = swarm.kernel.outside(plan.unix);
    add(socket);
    swarm.kernel.connect(socket, address);
  }

  private void add(Socket socket) {
    Outside outside = new Outside(swarm, socket);
    present.add(outside);
    everyone.add(outside);
  }

  /** One of them does something. */
  void act() {
    Outside outside = present.get(swarm.dice.below(present.size()));
    int verb = swarm.dice.below(1_000);
    if (verb < 600) {
      outside.send(swarm.dice.magnitude(BYTES_MAX));
    } else if (verb < 680) {
      outside.pause();
    } else if (verb < 970) {
      outside.resume();
    } else if (verb < 985) {
      outside.shutdownOutput();
    } else if (verb < 992) {
      outside.close();
      present.remove(outside);
    } else {
      outside.reset();
      present.remove(outside);
    }
  }

  void resume() {
    List.copyOf(present).forEach(Outside::resume);
  }

  void shutdownOutput() {
    List.copyOf(present).forEach(Outside::shutdownOutput);
  }

  void checkEnd() {
    everyone.forEach(Outside::checkEnd);
  }

  void close() {
    present.forEach(Outside::close);
    if (listener != null) {
      listener.close();
    }
  }
}
