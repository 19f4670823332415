package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.Errno.EBADF;
import static dev.zloop.nativereactor.sys.Errno.EEXIST;
import static dev.zloop.nativereactor.sys.Errno.EINTR;
import static dev.zloop.nativereactor.sys.Errno.EINVAL;
import static dev.zloop.nativereactor.sys.Errno.ENOENT;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_READ;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_USER;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_WRITE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_ADD;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_CLEAR;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_DELETE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_EOF;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_RECEIPT;

import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Kevent;
import dev.zloop.nativereactor.sys.KqueueSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Timespec;
import java.util.Arrays;
import java.util.Objects;

/**
 * {@link Poller} on kqueue(2). A descriptor has up to two filters there, for reading and for
 * writing, and each tells its events by itself: what epoll tells at once may come as two events.
 *
 * <p>The filter for reading is always there, since it is the one that tells errors. An orderly
 * {@link #HANGUP} is the end in both filters, so it is told only where {@link #WRITABLE} is of
 * interest.
 *
 * <p>Changes are made at once, not with the next poll, and each is answered (EV_RECEIPT), so that
 * whoever causes an error sees it.
 */
public final class KqueuePoller implements Poller {
  private static final int CLOSED = -1;

  /** The region: two changes and their answers, two timespecs, then the events polled. */
  private static final int CHANGES_OFFSET = 0;

  private static final int TIMEOUT_OFFSET = 128;
  private static final int NO_TIME_OFFSET = 144;
  private static final int EVENTS_OFFSET = 192;

  private static final int INTEREST = READABLE | WRITABLE | PEER_CLOSED | URGENT;

  /** What is remembered of a descriptor beside its interest: that it has one, and ends seen. */
  private static final int REGISTERED = 1 << 8;

  private static final int INPUT_ENDED = 1 << 9;
  private static final int OUTPUT_ENDED = 1 << 10;
  private static final int BOTH_ENDED = INPUT_ENDED | OUTPUT_ENDED;

  private final KqueueSyscalls syscalls;
  private final KqueueWaker waker;
  private final Region region;
  private final long changes;
  private final long timeout;
  private final long noTime;
  private final long events;
  private final int maxEvents;

  /**
   * What the filter for reading tells. No filter that all systems have tells urgent data: so what
   * is readable may be urgent, and is read until nothing is left. Not where an error has left the
   * socket when it is told: reading on would meet an orderly end before the event is looked at.
   */
  private final int readable;

  /** By descriptor: 0 where none is registered. kqueue cannot be asked what it has. */
  private short[] registrations = new short[256];

  /** CLOSED once closed; what the region holds may be accessed only while it is not. */
  private int kq;

  /** How many of the events are the last poll's. */
  private int count;

  private KqueuePoller(
      KqueueSyscalls syscalls, int kq, KqueueWaker waker, Region region, int maxEvents) {
    this.syscalls = syscalls;
    this.kq = kq;
    this.waker = waker;
    this.region = region;
    this.changes = region.address() + CHANGES_OFFSET;
    this.timeout = region.address() + TIMEOUT_OFFSET;
    this.noTime = region.address() + NO_TIME_OFFSET;
    this.events = region.address() + EVENTS_OFFSET;
    this.maxEvents = maxEvents;
    this.readable = syscalls.errorsStay() ? READABLE | URGENT : READABLE;
  }

  /**
   * Opens a poller, with a kqueue.
   *
   * @param maxEvents how many events a poll returns at most, above 0
   * @return a poller that the caller closes
   * @throws ErrnoException if it cannot be had: EMFILE, ENFILE, ENOMEM
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called, or there
   *     is no kqueue here
   */
  public static KqueuePoller open(int maxEvents) {
    return open(maxEvents, NativeKqueueSyscalls.open());
  }

  /** For tests, which bring a kqueue of their own. */
  static KqueuePoller open(int maxEvents, KqueueSyscalls syscalls) {
    if (maxEvents <= 0) {
      throw new IllegalArgumentException("maxEvents: " + maxEvents);
    }
    int kq = ErrnoException.check("kqueue", syscalls.kqueue());
    KqueueWaker waker;
    try {
      waker = new KqueueWaker(syscalls, kq);
    } catch (Throwable e) {
      syscalls.close(kq);
      throw e;
    }
    try {
      long size = EVENTS_OFFSET + (long) maxEvents * Kevent.SIZE;
      Region region = Region.allocate(size, Long.BYTES);
      try {
        KqueuePoller poller = new KqueuePoller(syscalls, kq, waker, region, maxEvents);
        ErrnoException.check("kevent", poller.registerWaker());
        return poller;
      } catch (Throwable e) {
        region.close();
        throw e;
      }
    } catch (Throwable e) {
      waker.close();
      throw e;
    }
  }

  private int registerWaker() {
    change(0, KqueueWaker.IDENT, EVFILT_USER, EV_ADD | EV_CLEAR, RESERVED_TOKEN);
    return apply(1);
  }

  // ---- registrations

  @Override
  public int register(int fd, int interest, long token) {
    if (kq == CLOSED || fd < 0) {
      return -EBADF;
    }
    if (token == RESERVED_TOKEN) {
      return -EINVAL;
    }
    if (registration(fd) != 0) {
      return -EEXIST;
    }
    int filters = filters(fd, interest, EV_ADD | EV_CLEAR, token);
    int result = apply(filters);
    if (result < 0) {
      filters(fd, interest, EV_DELETE, 0);
      apply(filters); // one of them may have been added
      return result;
    }
    remember(fd, REGISTERED | interest & INTEREST);
    return 0;
  }

  /** Takes the filters away and adds them anew, which is what tells again what is ready now. */
  @Override
  public int modify(int fd, int interest, long token) {
    if (kq != CLOSED && token == RESERVED_TOKEN) {
      return -EINVAL;
    }
    int result = deregister(fd);
    return result < 0 ? result : register(fd, interest, token);
  }

  @Override
  public int deregister(int fd) {
    if (kq == CLOSED) {
      return -EBADF;
    }
    int interest = registration(fd);
    if (interest == 0) {
      return -ENOENT;
    }
    registrations[fd] = 0;
    return apply(filters(fd, interest, EV_DELETE, 0));
  }

  @Override
  public void beforeClose(int fd) {
    if (syscalls.closeRemovesFilters()) {
      if (registration(fd) != 0) {
        registrations[fd] = 0;
      }
    } else {
      deregister(fd);
    }
  }

  private int registration(int fd) {
    return fd >= 0 && fd < registrations.length ? registrations[fd] : 0;
  }

  private void remember(int fd, int bits) {
    if (fd >= registrations.length) {
      registrations = Arrays.copyOf(registrations, Math.max(fd + 1, 2 * registrations.length));
    }
    registrations[fd] = (short) bits;
  }

  // ---- changes

  /**
   * Writes a change for each filter that an interest needs; how many. Reading comes last: libkqueue
   * looks out for the peer's end only if its latest change of a descriptor is that.
   */
  private int filters(int fd, int interest, int flags, long token) {
    int written = 0;
    if ((interest & WRITABLE) != 0) {
      change(written++, fd, EVFILT_WRITE, flags, token);
    }
    change(written++, fd, EVFILT_READ, flags, token);
    return written;
  }

  private void change(int index, long ident, int filter, int flags, long token) {
    long change = changes + (long) index * Kevent.SIZE;
    Kevent.set(change, ident, filter, flags | EV_RECEIPT, 0, token);
  }

  /** The first error of the changes written, or 0. The answers overwrite them. */
  private int apply(int changeCount) {
    int answers = syscalls.kevent(kq, changes, changeCount, changes, changeCount, noTime);
    if (answers < 0) {
      return answers;
    }
    assert answers == changeCount;
    for (int index = 0; index < answers; index++) {
      int errno = (int) Kevent.data(changes + (long) index * Kevent.SIZE);
      if (errno != 0) {
        return -errno;
      }
    }
    return 0;
  }

  // ---- events

  @Override
  public int poll(long timeoutNanos) {
    count = 0;
    if (kq == CLOSED) {
      return -EBADF;
    }
    int result = syscalls.kevent(kq, 0, 0, events, maxEvents, timeoutOf(timeoutNanos));
    if (result < 0) {
      return result == -EINTR ? 0 : result;
    }
    count = keepThoseToTell(result);
    return count;
  }

  private long timeoutOf(long nanos) {
    if (nanos < 0) {
      return 0;
    }
    if (nanos == 0) {
      return noTime;
    }
    Timespec.set(timeout, nanos);
    return timeout;
  }

  /** Without wakeups and what is of no interest; the others have their readiness as data. */
  private int keepThoseToTell(int polled) {
    int kept = 0;
    for (int index = 0; index < polled; index++) {
      long event = eventAt(index);
      int readiness = Kevent.filter(event) == EVFILT_USER ? 0 : readinessOf(event);
      if (readiness != 0) {
        if (kept < index) {
          Memory.copy(event, eventAt(kept), Kevent.SIZE);
        }
        Kevent.setData(eventAt(kept), readiness);
        kept++;
      }
    }
    return kept;
  }

  private int readinessOf(long event) {
    int fd = (int) Kevent.ident(event);
    int registration = registration(fd);
    boolean reads = Kevent.filter(event) == EVFILT_READ;
    int readiness = registration & (reads ? readable : WRITABLE);
    if ((Kevent.flags(event) & EV_EOF) != 0 && registration != 0) {
      registration |= reads ? INPUT_ENDED : OUTPUT_ENDED;
      registrations[fd] = (short) registration;
      readiness |= reads ? registration & PEER_CLOSED : 0;
      readiness |= (registration & BOTH_ENDED) == BOTH_ENDED ? HANGUP : 0;
      // With an error, both directions have ended. fflags means nothing without EV_EOF.
      readiness |= Kevent.fflags(event) != 0 ? ERROR | HANGUP : 0;
    }
    return readiness;
  }

  private long eventAt(int index) {
    return events + (long) index * Kevent.SIZE;
  }

  @Override
  public long token(int index) {
    return Kevent.udata(eventAt(Objects.checkIndex(index, count)));
  }

  @Override
  public int readiness(int index) {
    return (int) Kevent.data(eventAt(Objects.checkIndex(index, count)));
  }

  @Override
  public int error(int index) {
    long event = eventAt(Objects.checkIndex(index, count));
    return (Kevent.flags(event) & EV_EOF) != 0 ? Kevent.fflags(event) : 0;
  }

  // ---- wakeup and close

  @Override
  public void wakeup() {
    waker.wakeup();
  }

  @Override
  public void close() {
    if (kq == CLOSED) {
      return;
    }
    count = 0;
    kq = CLOSED;
    waker.close();
    region.close();
  }
}
