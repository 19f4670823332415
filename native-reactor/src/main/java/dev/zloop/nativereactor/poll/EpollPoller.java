package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLERR;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLET;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLHUP;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLIN;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLPRI;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLL_CLOEXEC;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLL_CTL_ADD;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLL_CTL_DEL;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLL_CTL_MOD;
import static dev.zloop.nativereactor.sys.Errno.EBADF;
import static dev.zloop.nativereactor.sys.Errno.EINTR;
import static dev.zloop.nativereactor.sys.Errno.EINVAL;
import static dev.zloop.nativereactor.sys.Errno.ENOSYS;
import static dev.zloop.nativereactor.sys.Errno.EPERM;

import dev.zloop.nativereactor.sys.EpollEvent;
import dev.zloop.nativereactor.sys.EpollSyscalls;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.LinuxEpollSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Timespec;
import java.util.Objects;

/** {@link Poller} on epoll(7). */
public final class EpollPoller implements Poller {
  private static final int CLOSED = -1;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** The region: one event to register with, a timespec, then the events polled. */
  private static final int EVENT_OFFSET = 0;

  private static final int TIMEOUT_OFFSET = 16;
  private static final int EVENTS_OFFSET = 64;

  private final EpollSyscalls syscalls;
  private final EventfdWaker waker;
  private final Region region;
  private final long event;
  private final long timeout;
  private final long events;
  private final int maxEvents;

  /** CLOSED once closed; what the region holds may be accessed only while it is not. */
  private int epollFd;

  /** How many of the events are the last poll's. */
  private int count;

  /** False once the kernel has said that it lacks epoll_pwait2. */
  private boolean nanosecondTimeouts = true;

  private EpollPoller(
      EpollSyscalls syscalls, int epollFd, EventfdWaker waker, Region region, int maxEvents) {
    this.syscalls = syscalls;
    this.epollFd = epollFd;
    this.waker = waker;
    this.region = region;
    this.event = region.address() + EVENT_OFFSET;
    this.timeout = region.address() + TIMEOUT_OFFSET;
    this.events = region.address() + EVENTS_OFFSET;
    this.maxEvents = maxEvents;
  }

  /**
   * Opens a poller, with an epoll instance and an eventfd for wakeups.
   *
   * @param maxEvents how many events a poll returns at most, above 0
   * @return a poller that the caller closes
   * @throws ErrnoException if a descriptor cannot be had: EMFILE, ENFILE, ENOMEM
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static EpollPoller open(int maxEvents) {
    return open(maxEvents, LinuxEpollSyscalls.open());
  }

  /** For tests, which bring calls that fail. */
  static EpollPoller open(int maxEvents, EpollSyscalls syscalls) {
    if (maxEvents <= 0) {
      throw new IllegalArgumentException("maxEvents: " + maxEvents);
    }
    int epollFd = ErrnoException.check("epoll_create1", syscalls.epollCreate1(EPOLL_CLOEXEC));
    try {
      EventfdWaker waker = EventfdWaker.open(syscalls);
      try {
        long size = EVENTS_OFFSET + (long) maxEvents * EpollEvent.SIZE;
        Region region = Region.allocate(size, EVENTS_OFFSET);
        try {
          EpollPoller poller = new EpollPoller(syscalls, epollFd, waker, region, maxEvents);
          ErrnoException.check("epoll_ctl", poller.registerWaker());
          return poller;
        } catch (Throwable e) {
          region.close();
          throw e;
        }
      } catch (Throwable e) {
        waker.close();
        throw e;
      }
    } catch (Throwable e) {
      syscalls.close(epollFd);
      throw e;
    }
  }

  @Override
  public int register(int fd, int interest, long token) {
    return token == RESERVED_TOKEN ? -EINVAL : control(EPOLL_CTL_ADD, fd, bits(interest), token);
  }

  @Override
  public int modify(int fd, int interest, long token) {
    return token == RESERVED_TOKEN ? -EINVAL : control(EPOLL_CTL_MOD, fd, bits(interest), token);
  }

  @Override
  public int deregister(int fd) {
    return epollFd == CLOSED ? -EBADF : syscalls.epollCtl(epollFd, EPOLL_CTL_DEL, fd, 0);
  }

  private int registerWaker() {
    return control(EPOLL_CTL_ADD, waker.fd(), EPOLLIN | EPOLLET, RESERVED_TOKEN);
  }

  private int control(int operation, int fd, int bits, long token) {
    if (epollFd == CLOSED) {
      return -EBADF;
    }
    EpollEvent.set(event, bits, token);
    return syscalls.epollCtl(epollFd, operation, fd, event);
  }

  @Override
  public int poll(long timeoutNanos) {
    count = 0;
    if (epollFd == CLOSED) {
      return -EBADF;
    }
    int result = await(timeoutNanos);
    if (result < 0) {
      return result == -EINTR ? 0 : result;
    }
    count = withoutWakeup(result);
    return count;
  }

  private int await(long timeoutNanos) {
    if (timeoutNanos <= 0) {
      return syscalls.epollWait(epollFd, events, maxEvents, timeoutNanos < 0 ? -1 : 0);
    }
    if (nanosecondTimeouts) {
      Timespec.set(timeout, timeoutNanos);
      int result = syscalls.epollPwait2(epollFd, events, maxEvents, timeout);
      // ENOSYS: Linux before 5.11. EPERM: a sandbox older than the call, which has no EPERM itself.
      if (result != -ENOSYS && result != -EPERM) {
        return result;
      }
      nanosecondTimeouts = false;
    }
    return syscalls.epollWait(epollFd, events, maxEvents, millisRoundedUp(timeoutNanos));
  }

  /**
   * Up, for rounding down would make a loop whose next timer is due in 0.3 ms poll in vain until it
   * is. The longest is 24 days: then poll returns early, once.
   */
  private static int millisRoundedUp(long nanos) {
    return (int) Math.min((nanos - 1) / NANOS_PER_MILLI + 1, Integer.MAX_VALUE);
  }

  /**
   * The waker's event, of which there is at most one, is replaced by the last: order means nothing.
   */
  private int withoutWakeup(int polled) {
    for (int index = 0; index < polled; index++) {
      if (EpollEvent.data(eventAt(index)) == RESERVED_TOKEN) {
        Memory.copy(eventAt(polled - 1), eventAt(index), EpollEvent.SIZE);
        return polled - 1;
      }
    }
    return polled;
  }

  private long eventAt(int index) {
    return events + (long) index * EpollEvent.SIZE;
  }

  @Override
  public long token(int index) {
    return EpollEvent.data(eventAt(Objects.checkIndex(index, count)));
  }

  @Override
  public int readiness(int index) {
    return readinessOf(EpollEvent.events(eventAt(Objects.checkIndex(index, count))));
  }

  /** Always edge-triggered. EPOLLERR and EPOLLHUP come unasked. */
  private static int bits(int interest) {
    return EPOLLET
        | ((interest & READABLE) != 0 ? EPOLLIN : 0)
        | ((interest & WRITABLE) != 0 ? EPOLLOUT : 0)
        | ((interest & PEER_CLOSED) != 0 ? EPOLLRDHUP : 0)
        | ((interest & URGENT) != 0 ? EPOLLPRI : 0);
  }

  private static int readinessOf(int bits) {
    return ((bits & EPOLLIN) != 0 ? READABLE : 0)
        | ((bits & EPOLLOUT) != 0 ? WRITABLE : 0)
        | ((bits & EPOLLRDHUP) != 0 ? PEER_CLOSED : 0)
        | ((bits & EPOLLPRI) != 0 ? URGENT : 0)
        | ((bits & EPOLLERR) != 0 ? ERROR : 0)
        | ((bits & EPOLLHUP) != 0 ? HANGUP : 0);
  }

  @Override
  public void wakeup() {
    waker.wakeup();
  }

  /** The waker first: from then on nobody writes into the eventfd who is not already about to. */
  @Override
  public void close() {
    if (epollFd == CLOSED) {
      return;
    }
    count = 0;
    waker.close();
    syscalls.close(epollFd);
    epollFd = CLOSED;
    region.close();
  }
}
