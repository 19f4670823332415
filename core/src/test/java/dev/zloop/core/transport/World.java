package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A loop on a machine that the test's own thread turns, and connections on it. Closing it holds the
 * loop to having lost nothing: descriptors, owners, and errors that nobody expected.
 */
public final class World implements AutoCloseable {
  /** Small, so that tests of the close timeout read well; the clock stands anyway. */
  static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  public static final TransportOptions OPTIONS =
      new TransportOptions(32 << 10, 64 << 10, CLOSE_TIMEOUT);

  /** What the kernel holds for a narrow link: a small multiple of this in each direction. */
  static final int NARROW_BYTES = 32 << 10;

  /** A safety net only: no test is right or wrong by how long something takes. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final long PAUSE_NANOS = 1_000_000;

  public final Ground ground;
  public final Machine machine;
  public final TestClock clock = new TestClock();
  public final WatchedSyscalls syscalls;
  public final SocketIo io;
  public final EventLoop loop;

  /** What the error handler was told. A test that expects some clears it. */
  public final List<Throwable> errors = new ArrayList<>();

  final List<Link> links = new ArrayList<>();
  private final List<Peer> strangers = new ArrayList<>();

  /** How many turns have begun. */
  public int turns;

  /** For addresses and values of options. */
  private final Region scratch = Region.allocate(256, 8);

  public World(Ground ground) {
    this.ground = ground;
    machine = ground.machine();
    syscalls = new WatchedSyscalls(machine.syscalls());
    io = machine.open(syscalls);
    loop =
        new EventLoop(
            new EventLoop.Parts(
                "world",
                ground.backend(),
                io,
                clock,
                LoopThread.FACTORY,
                Runnable::run,
                (loop, error) -> errors.add(error)));
    turn(); // the loop is this thread's from here on
  }

  // ---- turns

  /** One turn that does not wait. */
  public void turn() {
    turns++;
    loop.runOnce(EventLoop.NO_DEADLINE, false, Integer.MAX_VALUE);
  }

  /** One turn that waits for as long as nothing happens. */
  void waitingTurn() {
    turns++;
    loop.runOnce(EventLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
  }

  /** Enough turns for everything that the kernel knows already to be told, unless the loop ends. */
  public void settle() {
    for (int i = 0; i < 10 && !loopIsClosed(); i++) {
      turn();
      machine.pass();
    }
  }

  /** Turns until something is true, which the kernel or the peer brings about. */
  public void until(BooleanSupplier condition) {
    until(
        condition,
        () -> {
          turns++;
          loop.runOnce(clock.nanoTime() + PAUSE_NANOS, true, Integer.MAX_VALUE);
          machine.pass();
        });
  }

  /** As {@link #until}, without turns. */
  public void untilWithoutTurns(BooleanSupplier condition) {
    until(condition, machine::pass);
  }

  private static void until(BooleanSupplier condition, Runnable meanwhile) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("it does not come true");
      }
      meanwhile.run();
    }
  }

  // ---- connections

  /** A connection to a listener of the test's; what the listener makes of it is the test's. */
  public Peer connectTo(SocketAddress address) {
    try {
      Peer peer = machine.connect(address, 0);
      strangers.add(peer);
      return peer;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public Link link() {
    return link(OPTIONS);
  }

  Link link(TransportOptions options) {
    return link(options, 0);
  }

  /** A connection whose kernel buffers are small, so that little is needed to fill them. */
  Link narrowLink() {
    return link(OPTIONS, NARROW_BYTES);
  }

  /** A narrow connection whose peer takes nothing, and whose write queue is full. */
  public Link fullLink() {
    Link link = narrowLink();
    while (link.transport.isWritable()) {
      while (link.transport.isWritable()) {
        link.writeAndFlush(10_000);
      }
      settle();
    }
    link.handler.told.clear();
    return link;
  }

  private Link link(TransportOptions options, int bufferBytes) {
    return accept(connect(options, bufferBytes));
  }

  /** A connection that waits to be accepted. */
  record Waiting(int listener, Peer peer, TransportOptions options) {}

  Waiting connect(TransportOptions options, int bufferBytes) {
    try {
      SocketAddress address = machine.freeAddress();
      int listener = listener(address, bufferBytes);
      Peer peer = machine.connect(localAddress(listener), bufferBytes);
      machine.release(address);
      return new Waiting(listener, peer, options);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The descriptor of a connection, for whoever is to close it elsewhere. */
  int acceptRaw(Waiting waiting) {
    int fd = acceptFd(waiting);
    syscalls.open.remove(fd);
    return fd;
  }

  /** Accepts a connection and makes no transport of it. */
  int acceptFd(Waiting waiting) {
    int flags = SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;
    int[] result = new int[1];
    untilWithoutTurns(
        () -> (result[0] = syscalls.accept4(waiting.listener, flags)) != -Errno.EAGAIN);
    syscalls.close(waiting.listener); // gone, whatever it returns
    return ok(result[0]);
  }

  Link accept(Waiting waiting) {
    int fd = acceptFd(waiting);
    try {
      Recorder handler = new Recorder();
      Transport transport = Transport.open(loop, fd, waiting.options, t -> handler);
      Link link = new Link(transport, handler, waiting.peer);
      links.add(link);
      return link;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int listener(SocketAddress address, int bufferBytes) {
    int type =
        SocketConstants.SOCK_STREAM | SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;
    int fd = ok(syscalls.socket(SocketAddresses.familyOf(address), type, 0));
    if (bufferBytes > 0) { // its connections inherit them
      setOption(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_SNDBUF, bufferBytes);
      setOption(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVBUF, bufferBytes);
    }
    int length = SocketAddresses.encode(address, scratch.address());
    ok(syscalls.bind(fd, scratch.address(), length));
    ok(syscalls.listen(fd, 128));
    return fd;
  }

  SocketAddress localAddress(int fd) {
    long length = scratch.address() + SocketAddresses.MAX_LENGTH;
    Memory.putInt(length, SocketAddresses.MAX_LENGTH);
    ok(syscalls.getsockname(fd, scratch.address(), length));
    return SocketAddresses.decode(scratch.address(), Memory.getInt(length));
  }

  void setOption(int fd, int level, int name, int value) {
    Memory.putInt(scratch.address(), value);
    ok(syscalls.setsockopt(fd, level, name, scratch.address(), Integer.BYTES));
  }

  /** Turns until all that the peer sent is in the kernel, or was received from there. */
  public void untilArrived(Link link) {
    int fd = link.transport.fd();
    int flags = SocketConstants.MSG_PEEK;
    until(() ->
        syscalls.received(fd) == link.peer.sent
            || syscalls.recv(fd, scratch.address(), 1, flags) == 1);
    settle();
  }

  static int ok(int result) {
    if (result < 0) {
      throw new AssertionError(new NativeIoException("a call of the fixture", -result));
    }
    return result;
  }

  // ---- the end

  public void closeLoop() {
    loop.close();
    until(() -> loop.onClosed().toCompletableFuture().isDone());
  }

  public boolean loopIsClosed() {
    return loop.onClosed().toCompletableFuture().isDone();
  }

  @Override
  public void close() {
    if (!loopIsClosed()) {
      closeLoop();
    }
    loop.onClosed().toCompletableFuture().join();
    for (Link link : links) {
      link.peer.close();
      link.handler.retained.forEach(Lease::release);
      expect(link.handler.closed, "every handler is told the end");
      expect(link.handler.released.size() == link.owners.size(), "every owner is released");
      link.written.forEach(Region::close);
    }
    strangers.forEach(Peer::close);
    scratch.close();
    machine.close();
    expect(syscalls.open.isEmpty(), "every descriptor is closed, but not " + syscalls.open);
    if (!errors.isEmpty()) {
      throw new AssertionError("errors that the test did not expect", errors.getFirst());
    }
  }

  private static void expect(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("not so: " + what);
    }
  }
}
