package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Region;
import java.util.ArrayList;
import java.util.List;

/** A loop that the test turns, on a seam that does what the test says. */
final class ScriptedWorld<S extends SocketIo> implements AutoCloseable {
  final S io;
  final TestClock clock = new TestClock();
  final List<Throwable> errors = new ArrayList<>();
  final EventLoop loop;
  private final List<Link> links = new ArrayList<>();
  int turns;

  ScriptedWorld(S io) {
    this.io = io;
    loop =
        new EventLoop(
            new EventLoop.Parts(
                "scripted",
                Backend.EPOLL,
                io,
                clock,
                LoopThread.FACTORY,
                Runnable::run,
                (loop, error) -> errors.add(error)));
    turn();
  }

  static ScriptedWorld<ReadinessIo> on(ScriptedKernel kernel) {
    return new ScriptedWorld<>(new ReadinessIo(kernel, kernel));
  }

  /** A transport of a descriptor that the kernel's script knows; it has no peer. */
  Link open(int fd) throws NativeIoException {
    Recorder handler = new Recorder();
    Link link = new Link(Transport.open(loop, fd, World.OPTIONS, t -> handler), handler, null);
    links.add(link);
    return link;
  }

  void turn() {
    turns++;
    loop.runOnce(EventLoop.NO_DEADLINE, false, Integer.MAX_VALUE);
  }

  void settle() {
    for (int i = 0; i < 10; i++) {
      turn();
    }
  }

  /** Turns until the loop has closed. */
  void closeLoop() {
    loop.close();
    for (int i = 0; i < 100 && !loop.onClosed().toCompletableFuture().isDone(); i++) {
      turn();
    }
    loop.onClosed().toCompletableFuture().join();
  }

  @Override
  public void close() {
    closeLoop();
    for (Link link : links) {
      link.handler.retained.forEach(Lease::release);
      if (!link.handler.closed) {
        throw new AssertionError("a handler is not told the end");
      }
      if (link.handler.released.size() != link.owners.size()) {
        throw new AssertionError("an owner is not released");
      }
      link.written.forEach(Region::close);
    }
    if (!errors.isEmpty()) {
      throw new AssertionError("errors that the test did not expect", errors.getFirst());
    }
  }
}
