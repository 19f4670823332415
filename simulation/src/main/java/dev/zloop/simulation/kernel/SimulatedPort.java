package dev.zloop.simulation.kernel;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.transport.CompletionIo;
import dev.zloop.core.transport.DatagramEvents;
import dev.zloop.core.transport.DatagramIo;
import dev.zloop.core.transport.DatagramSettings;
import dev.zloop.core.transport.ListenerEvents;
import dev.zloop.core.transport.ListenerIo;
import dev.zloop.core.transport.ReadinessIo;
import dev.zloop.core.transport.SocketIo;
import dev.zloop.core.transport.StreamEvents;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Syscalls;
import java.util.List;

/**
 * The sockets of a loop on a simulated kernel: the real thing over simulated parts, watched at the
 * moments at which another thread may come between.
 */
public final class SimulatedPort implements SocketIo {

  /** Hears of the moments at which something else may happen. */
  public interface Interleaving {

    /** Nothing comes between. */
    Interleaving NONE = new Interleaving() {};

    /** The loop has taken its inbox, and has not said yet that it sleeps. */
    default void beforeSleep() {}

    /** The loop is about to wait, 0 for not at all and negative for ever. */
    default void beforeWait(long timeoutNanos) {}

    /** The wait is over, and what it has found is not served yet. */
    default void afterWait() {}
  }

  private static final int EVENTS_MAX = 64;

  private final SocketIo io;
  private Interleaving interleaving = Interleaving.NONE;

  private SimulatedPort(SocketIo io) {
    this.io = io;
  }

  /**
   * Sockets over a poller or over a completor, as the backend's are.
   *
   * @param chunkBytes of the memory to receive into
   * @param chunksMax how many pieces of it there are
   */
  public static SimulatedPort open(Kernel kernel, Backend backend, int chunkBytes, int chunksMax) {
    return switch (backend) {
      case EPOLL, KQUEUE ->
          new SimulatedPort(
              new ReadinessIo(
                  new SimulatedPoller(kernel, EVENTS_MAX),
                  new SimulatedSyscalls(kernel),
                  chunkBytes,
                  chunksMax));
      case IO_URING ->
          new SimulatedPort(
              new CompletionIo(
                  new SimulatedCompletor(kernel, traits(kernel, chunksMax)),
                  new SimulatedSyscalls(kernel),
                  chunkBytes,
                  chunksMax));
    };
  }

  /** Those of an old kernel, now and then, and rings that are small. */
  private static SimulatedCompletor.Traits traits(Kernel kernel, int bufferCount) {
    boolean caps = !kernel.dice.onceIn(4);
    boolean incremental = !kernel.dice.onceIn(4);
    int entries = 1 << kernel.dice.between(1, 8);
    return new SimulatedCompletor.Traits(caps, incremental, entries, 2 * entries, bufferCount);
  }

  public void interleave(Interleaving interleaving) {
    this.interleaving = interleaving;
  }

  @Override
  public void await(long timeoutNanos) {
    interleaving.beforeWait(timeoutNanos);
    io.await(timeoutNanos);
    interleaving.afterWait();
  }

  @Override
  public int dispatch() {
    return io.dispatch();
  }

  @Override
  public boolean hasBacklog() {
    interleaving.beforeSleep();
    return io.hasBacklog();
  }

  @Override
  public void wakeup() {
    io.wakeup();
  }

  @Override
  public StreamIo openStream(int fd, StreamEvents events) throws NativeIoException {
    return io.openStream(fd, events);
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events)
      throws NativeIoException {
    return io.connect(fd, address, addressLength, events);
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) throws NativeIoException {
    return io.openListener(fd, events);
  }

  @Override
  public DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events)
      throws NativeIoException {
    return io.openDatagrams(fd, settings, events);
  }

  @Override
  public Syscalls syscalls() {
    return io.syscalls();
  }

  @Override
  public List<String> describe() {
    return io.describe();
  }

  @Override
  public void close() {
    io.close();
  }
}
