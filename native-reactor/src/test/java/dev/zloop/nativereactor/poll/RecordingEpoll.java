package dev.zloop.nativereactor.poll;

import dev.zloop.nativereactor.sys.EpollSyscalls;
import dev.zloop.nativereactor.sys.LinuxEpollSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import java.util.ArrayList;
import java.util.List;

/** The real calls, written down; a test overrides what it wants to fail. */
class RecordingEpoll implements EpollSyscalls {
  final List<Integer> opened = new ArrayList<>();
  final List<Integer> closed = new ArrayList<>();
  final List<Integer> timeoutsMillis = new ArrayList<>();
  final List<Long> timeoutsNanos = new ArrayList<>();

  final EpollSyscalls real = LinuxEpollSyscalls.open();

  @Override
  public int epollCreate1(int flags) {
    return open(real.epollCreate1(flags));
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    return real.epollCtl(epfd, operation, fd, event);
  }

  /** Does not wait as long as that. */
  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMillis) {
    timeoutsMillis.add(timeoutMillis);
    return real.epollWait(epfd, events, maxEvents, 0);
  }

  /** Does not wait as long as that. */
  @Override
  public int epollPwait2(int epfd, long events, int maxEvents, long timeout) {
    timeoutsNanos.add(Memory.getLong(timeout) * 1_000_000_000 + Memory.getLong(timeout + 8));
    return real.epollWait(epfd, events, maxEvents, 0);
  }

  @Override
  public int eventfd(int initialValue, int flags) {
    return open(real.eventfd(initialValue, flags));
  }

  @Override
  public boolean eventfdWrite(int fd, long value) {
    return real.eventfdWrite(fd, value);
  }

  @Override
  public boolean close(int fd) {
    closed.add(fd);
    return real.close(fd);
  }

  private int open(int fd) {
    if (fd >= 0) {
      opened.add(fd);
    }
    return fd;
  }
}
