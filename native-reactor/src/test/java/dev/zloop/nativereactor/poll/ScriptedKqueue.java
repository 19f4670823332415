package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.Errno.EBADF;
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
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_ERROR;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_RECEIPT;
import static dev.zloop.nativereactor.sys.KqueueConstants.NOTE_TRIGGER;

import dev.zloop.nativereactor.sys.Kevent;
import dev.zloop.nativereactor.sys.KqueueSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One kqueue, as kqueue(2) of macOS documents it, over {@link ScriptedSockets}. A filter that has
 * an event is queued once, however many events it has had; it is asked again when it is about to be
 * told, and dropped silently if it has nothing to tell any more. With EV_CLEAR it is then forgotten
 * until its next event, and without it stays queued.
 */
class ScriptedKqueue implements KqueueSyscalls {
  static final int KQ = 9;

  /** What identifies a filter. */
  record Key(int filter, long ident) {}

  /** A filter that was added: knote, in the kernel's words. */
  private static final class Note {
    int flags;
    long udata;
    boolean triggered;
  }

  /** What a socket's filter has to tell, or null. */
  record Told(int flags, int fflags, long data) {}

  /** What asks a socket. */
  interface Sockets {
    boolean isOpen(long fd);

    Told tell(int filter, long fd);
  }

  final List<Integer> closed = new ArrayList<>();

  /** The timeouts of those calls that were to wait for events, in nanoseconds; -1: for ever. */
  final List<Long> timeoutsNanos = new ArrayList<>();

  /** An errno for the next change of a filter that it is added to, if any. */
  final Map<Integer, Integer> failures = new HashMap<>();

  /** What kqueue(2) returns. */
  int opened = KQ;

  /** Whether a signal interrupts the next call that would wait. */
  boolean interrupts;

  /** False of a library, which does not see descriptors closed. */
  boolean closeRemovesFilters = true;

  /** False of a library, which takes them. */
  boolean errorsStay = true;

  private final Sockets sockets;
  private final Map<Key, Note> notes = new HashMap<>();
  private final LinkedHashMap<Key, Note> queue = new LinkedHashMap<>();
  private boolean open;

  ScriptedKqueue(Sockets sockets) {
    this.sockets = sockets;
  }

  /** Something has happened that a filter may have to tell. */
  synchronized void event(int filter, long ident) {
    Key key = new Key(filter, ident);
    if (notes.containsKey(key) && tell(key) != null) {
      queue.put(key, notes.get(key));
      notifyAll();
    }
  }

  synchronized void closed(long fd) {
    if (closeRemovesFilters) {
      remove(new Key(EVFILT_READ, fd));
      remove(new Key(EVFILT_WRITE, fd));
    }
  }

  synchronized boolean has(int filter, long ident) {
    return notes.containsKey(new Key(filter, ident));
  }

  private Told tell(Key key) {
    if (key.filter == EVFILT_USER) {
      return notes.get(key).triggered ? new Told(0, 0, 0) : null;
    }
    return sockets.tell(key.filter, key.ident);
  }

  private boolean remove(Key key) {
    queue.remove(key);
    return notes.remove(key) != null;
  }

  // ---- the calls

  @Override
  public synchronized int kqueue() {
    open = opened >= 0;
    return opened;
  }

  @Override
  public synchronized int kevent(
      int kq, long changes, int changeCount, long events, int eventsMax, long timeout) {
    if (!open || kq != KQ) {
      return -EBADF;
    }
    int answers = 0;
    for (int index = 0; index < changeCount; index++) {
      long change = changes + (long) index * Kevent.SIZE;
      int errno = apply(change);
      if (errno != 0 || (Kevent.flags(change) & EV_RECEIPT) != 0) {
        if (answers == eventsMax) {
          return -errno;
        }
        answer(change, errno, events + (long) answers++ * Kevent.SIZE);
      }
    }
    if (answers > 0 || eventsMax == 0) {
      return answers; // nothing is waited for, nor taken from the queue
    }
    return await(events, eventsMax, timeout == 0 ? -1 : nanos(timeout));
  }

  private static long nanos(long timespec) {
    return Memory.getLong(timespec) * 1_000_000_000 + Memory.getLong(timespec + 8);
  }

  private static void answer(long change, int errno, long into) {
    Kevent.set(
        into,
        Kevent.ident(change),
        Kevent.filter(change),
        Kevent.flags(change) | EV_ERROR,
        Kevent.fflags(change),
        Kevent.udata(change));
    Kevent.setData(into, errno);
  }

  /** 0 or an errno. */
  private int apply(long change) {
    Key key = new Key(Kevent.filter(change), Kevent.ident(change));
    int flags = Kevent.flags(change);
    if (key.filter != EVFILT_USER && key.filter != EVFILT_READ && key.filter != EVFILT_WRITE) {
      return EINVAL;
    }
    if (key.filter != EVFILT_USER && !sockets.isOpen(key.ident)) {
      return EBADF;
    }
    if ((flags & EV_DELETE) != 0) {
      return remove(key) ? 0 : ENOENT;
    }
    boolean adds = (flags & EV_ADD) != 0;
    if (adds && failures.containsKey(key.filter)) {
      return failures.remove(key.filter);
    }
    Note note = adds ? notes.computeIfAbsent(key, k -> new Note()) : notes.get(key);
    if (note == null) {
      return ENOENT;
    }
    note.flags = adds ? flags : note.flags;
    note.udata = Kevent.udata(change);
    note.triggered |= (Kevent.fflags(change) & NOTE_TRIGGER) != 0;
    event(key.filter, key.ident);
    return 0;
  }

  private int await(long events, int eventsMax, long nanos) {
    timeoutsNanos.add(nanos);
    long deadline = System.nanoTime() + nanos;
    while (true) {
      int told = take(events, eventsMax);
      if (told > 0 || nanos == 0) {
        return told;
      }
      if (interrupts) {
        interrupts = false;
        return -EINTR;
      }
      long millis = nanos < 0 ? 0 : (deadline - System.nanoTime()) / 1_000_000 + 1;
      if (nanos > 0 && deadline - System.nanoTime() <= 0) {
        return 0;
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private int take(long events, int eventsMax) {
    int told = 0;
    for (Key key : List.copyOf(queue.keySet())) {
      if (told == eventsMax) {
        break;
      }
      Note note = queue.remove(key);
      Told what = tell(key);
      if (what == null) {
        continue;
      }
      long event = events + (long) told++ * Kevent.SIZE;
      int flags = note.flags & ~(EV_ADD | EV_EOF) | what.flags;
      Kevent.set(event, key.ident, key.filter, flags, what.fflags, note.udata);
      Kevent.setData(event, what.data);
      if ((note.flags & EV_CLEAR) != 0) {
        note.triggered = false;
      } else {
        queue.put(key, note);
      }
    }
    return told;
  }

  @Override
  public boolean trigger(int kq, long change) {
    return kevent(kq, change, 1, 0, 0, 0) == 0;
  }

  @Override
  public synchronized boolean close(int kq) {
    closed.add(kq);
    boolean wasOpen = open && kq == KQ;
    open = false;
    notes.clear();
    queue.clear();
    return wasOpen;
  }

  @Override
  public boolean errorsStay() {
    return errorsStay;
  }

  @Override
  public boolean closeRemovesFilters() {
    return closeRemovesFilters;
  }
}
