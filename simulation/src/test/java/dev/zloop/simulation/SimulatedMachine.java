package dev.zloop.simulation;

import dev.zloop.core.transport.CompletionIo;
import dev.zloop.core.transport.Machine;
import dev.zloop.core.transport.Peer;
import dev.zloop.core.transport.ReadinessIo;
import dev.zloop.core.transport.SocketIo;
import dev.zloop.core.transport.WatchedCompletor;
import dev.zloop.core.transport.WatchedSyscalls;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Syscalls;
import dev.zloop.simulation.kernel.Kernel;
import dev.zloop.simulation.kernel.SimulatedCompletor;
import dev.zloop.simulation.kernel.SimulatedCompletor.Traits;
import dev.zloop.simulation.kernel.SimulatedPoller;
import dev.zloop.simulation.kernel.SimulatedSyscalls;
import dev.zloop.simulation.kernel.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** A machine of the contracts that is simulated. Time passes where a real one would take some. */
final class SimulatedMachine implements Machine {
  private static final long SEED = 20_261_122;

  /** What a test takes for "enough turns" has passed several of these. */
  private static final int LATENCY_NANOS_MAX = 1_000;

  private static final long MOMENT_NANOS = 10 * LATENCY_NANOS_MAX;

  /** With faults, completions come milliseconds late. */
  private static final long LONG_MOMENT_NANOS = 1_000_000;

  /** A peer's connect takes a second more with each SYN that is lost. */
  private static final long CONNECT_NANOS_MAX = 200_000_000_000L;

  private static final int EVENTS_PER_TURN_MAX = 256;
  private static final int BUFFER_BYTES = 64 << 10;

  /** io_uring of the newest kernels; and of those that have just enough, with rings that fill. */
  private static final Traits MODERN = new Traits(true, true, 1024, 8192, 64);

  private static final Traits OLD = new Traits(false, false, 8, 16, 64);

  private final Kernel kernel = new Kernel(SEED);
  private final Backend backend;
  private final boolean faultless;
  private final boolean unix;
  private int paths;

  SimulatedMachine(Backend backend, Faults faults, boolean unix) {
    this.backend = backend;
    this.faultless = faults == Faults.NONE;
    this.unix = unix;
    kernel.setFaults(faults);
    kernel.setDescriptorMax(4_096);
    kernel.setLatencyMax(LATENCY_NANOS_MAX);
    kernel.setBufferSizes(BUFFER_BYTES, BUFFER_BYTES);
  }

  @Override
  public Syscalls syscalls() {
    return new SimulatedSyscalls(kernel);
  }

  @Override
  public SocketIo open(WatchedSyscalls syscalls) {
    return switch (backend) {
      case EPOLL, KQUEUE ->
          new ReadinessIo(new SimulatedPoller(kernel, EVENTS_PER_TURN_MAX), syscalls);
      case IO_URING -> faultless ? completions(syscalls, MODERN) : completions(syscalls, OLD);
    };
  }

  private SocketIo completions(WatchedSyscalls syscalls, Traits traits) {
    return new CompletionIo(
        new WatchedCompletor(new SimulatedCompletor(kernel, traits), syscalls),
        syscalls,
        traits.consumesIncrementally() ? 256 << 10 : 16 << 10,
        traits.bufferCount());
  }

  @Override
  public SocketAddress freeAddress() {
    return unix
        ? UnixDomainSocketAddress.of("/simulated/" + paths++)
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public void release(SocketAddress address) {
    kernel.unlink(address);
  }

  @Override
  public Peer connect(SocketAddress address, int bufferBytes) throws IOException {
    kernel.setBufferSizes(BUFFER_BYTES, BUFFER_BYTES);
    if (bufferBytes > 0) {
      kernel.setBufferSizes(bufferBytes, bufferBytes);
    }
    Socket socket = kernel.outside(unix);
    kernel.setBufferSizes(BUFFER_BYTES, BUFFER_BYTES);
    kernel.connect(socket, address);
    for (long waited = 0; !socket.isConnected(); waited += momentNanos()) {
      if (socket.isBroken() || waited > CONNECT_NANOS_MAX) {
        socket.close();
        throw new IOException("not connected to " + address);
      }
      pass();
    }
    return new SocketPeer(socket);
  }

  private long momentNanos() {
    return faultless ? MOMENT_NANOS : LONG_MOMENT_NANOS;
  }

  @Override
  public void pass() {
    kernel.pass(momentNanos());
  }

  @Override
  public boolean takesOtherThreads() {
    return false;
  }

  @Override
  public void close() {
    kernel.check();
    if (kernel.openDescriptors() > 0) {
      throw new AssertionError("left open: " + kernel.openSockets());
    }
  }
}
