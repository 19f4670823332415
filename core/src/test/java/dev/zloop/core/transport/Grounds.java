package dev.zloop.core.transport;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.poll.KqueuePoller;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.uring.Completor;
import dev.zloop.nativereactor.uring.UringCompletor;
import dev.zloop.nativereactor.uring.UringOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;

/** All the grounds: what every contract of the engine is held on. */
public final class Grounds {
  private static final int EVENTS_PER_TURN_MAX = 256;
  private static final int URING_BUFFER_BYTES = 256 << 10;

  private Grounds() {}

  /** Those that other modules bring, or else this machine's, as far as its backends can be had. */
  public static List<Ground> all() {
    List<Ground> provided = new ArrayList<>();
    ServiceLoader.load(GroundProvider.class).forEach(each -> provided.addAll(each.grounds()));
    return provided.isEmpty()
        ? ofThisMachine().stream().filter(each -> each.backend().isAvailable()).toList()
        : provided;
  }

  /** This machine's, whether or not their backends can be had. A new backend is one more line. */
  static List<Ground> ofThisMachine() {
    List<Ground> grounds = new ArrayList<>();
    add(grounds, "epoll", Backend.EPOLL, Grounds::epoll);
    add(grounds, "io_uring", Backend.IO_URING, Grounds::uring);
    add(grounds, "kqueue", Backend.KQUEUE, Grounds::kqueue);
    add(grounds, "epoll that completes late", Backend.EPOLL, io -> new CompletingIo(epoll(io)));
    return grounds;
  }

  /** A port to the kernel, with both families of sockets. */
  private static void add(
      List<Ground> grounds, String name, Backend backend, Function<WatchedSyscalls, SocketIo> io) {
    grounds.add(new Ground(name + ", TCP", backend, true, true, () -> new LocalMachine(io, false)));
    grounds.add(
        new Ground(name + ", Unix", backend, false, true, () -> new LocalMachine(io, true)));
  }

  private static CompletionIo uring(WatchedSyscalls syscalls) {
    int buffers = UringOptions.DEFAULT.bufferCount();
    try {
      Completor completor = UringCompletor.open(UringOptions.DEFAULT);
      return new CompletionIo(
          new WatchedCompletor(completor, syscalls), syscalls, URING_BUFFER_BYTES, buffers);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  private static ReadinessIo epoll(WatchedSyscalls syscalls) {
    return new ReadinessIo(EpollPoller.open(EVENTS_PER_TURN_MAX), syscalls);
  }

  private static ReadinessIo kqueue(WatchedSyscalls syscalls) {
    return new ReadinessIo(KqueuePoller.open(EVENTS_PER_TURN_MAX), syscalls);
  }
}
