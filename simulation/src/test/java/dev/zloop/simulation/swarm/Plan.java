package dev.zloop.simulation.swarm;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.kernel.Dice;
import dev.zloop.simulation.kernel.Kernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * What is particular about a seed: which faults, how often, how large, how fast. Each seed leaves
 * most of what could be out, since what is always on hides what happens without it.
 */
final class Plan {
  private static final int DESCRIPTORS_BELOW_CONNECTIONS = 2;

  final boolean unix;
  final int chunkBytes;
  final int chunksMax;
  final int connectionsMax;
  final int verbsPerTurn;
  final int turnNanosMax;
  final int writeBytesMax;
  final int retainOnceIn;
  final int interfereOnceIn;
  final int backlog;
  private final int family;
  private final int latencyNanosMax;
  private final int bufferBytesMin;
  private final int bufferBytesMax;
  private final int descriptorsMax;
  private final int writeQueueHighBytes;
  private final Faults faults;
  private final Dice dice;

  Plan(Dice dice, Backend backend) {
    this.dice = dice;
    family = dice.below(5);
    unix = family == 0;
    chunkBytes = 4096 << dice.below(4);
    chunksMax = dice.between(4, 8);
    connectionsMax = dice.between(Swarm.CONNECTIONS_MIN, 2 * Swarm.CONNECTIONS_MIN);
    verbsPerTurn = 1 << dice.between(1, 5);
    turnNanosMax = 1 << dice.between(10, 24);
    writeBytesMax = 1 << dice.between(8, dice.onceIn(8) ? 17 : 13);
    retainOnceIn = 1 << dice.between(1, 8);
    interfereOnceIn = 1 << dice.between(1, 8);
    backlog = dice.between(0, 16);
    latencyNanosMax = unix || dice.onceIn(8) ? 0 : 1 << dice.between(10, 26);
    bufferBytesMin = 1 << dice.between(10, 14);
    bufferBytesMax = dice.onceIn(32) ? 512 << 10 : bufferBytesMin << dice.below(4);
    descriptorsMax = dice.onceIn(4) ? 4 + connectionsMax - DESCRIPTORS_BELOW_CONNECTIONS : 1024;
    writeQueueHighBytes = 1 << dice.between(8, 16);
    faults = faults();
  }

  private Faults faults() {
    Faults chosen = Faults.NONE;
    if (dice.onceIn(16)) {
      return chosen;
    }
    for (Fault fault : Fault.values()) {
      if (Faults.ALL.probability(fault) > 0 && dice.onceIn(2)) {
        double intensity = 1 << dice.below(4);
        chosen = chosen.with(fault, Math.min(0.5, Faults.ALL.probability(fault) * intensity / 2));
      }
    }
    return chosen;
  }

  void prepare(Kernel kernel) {
    kernel.setLatencyMax(latencyNanosMax);
    kernel.setBufferSizes(bufferBytesMin, bufferBytesMax);
  }

  void unleash(Kernel kernel) {
    kernel.setFaults(faults);
    kernel.setDescriptorMax(descriptorsMax);
  }

  SocketAddress listenAddress() {
    return address(0);
  }

  SocketAddress outsideAddress() {
    return address(1);
  }

  private SocketAddress address(int which) {
    try {
      return switch (family) {
        case 0 -> UnixDomainSocketAddress.of("/swarm/" + which);
        case 1 -> new InetSocketAddress(InetAddress.getByName("::1"), 0);
        default -> new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
      };
    } catch (UnknownHostException e) {
      throw new AssertionError("literals need no look-up", e);
    }
  }

  TransportOptions transportOptions() {
    int low = dice.below(writeQueueHighBytes);
    Duration closeTimeout = Duration.ofMillis(dice.between(1, 20_000));
    return new TransportOptions(low, writeQueueHighBytes, closeTimeout);
  }

  SocketOptions socketOptions() {
    SocketOptions options = SocketOptions.DEFAULT;
    return dice.onceIn(4) ? options.withSendBufferBytes(dice.magnitude(1 << 16)) : options;
  }

  @Override
  public String toString() {
    return "%s, %d connections, chunks of %d, writes to %d, latency to %d ns, %s"
        .formatted(
            unix ? "Unix sockets" : family == 1 ? "TCP on IPv6" : "TCP on IPv4",
            connectionsMax,
            chunkBytes,
            writeBytesMax,
            latencyNanosMax,
            faults);
  }
}
