package dev.zloop.nativereactor.uring;

import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The real calls, written down; a test overrides what it wants to fail. */
class RecordingUring implements UringSyscalls {
  final UringSyscalls real = LinuxUringSyscalls.open();
  final List<Integer> opened = new ArrayList<>();
  final List<Integer> closed = Collections.synchronizedList(new ArrayList<>());

  /** Lengths by their addresses. */
  final Map<Long, Long> mapped = new ConcurrentHashMap<>();

  int enters;

  @Override
  public int setup(int entries, long params) {
    return open(real.setup(entries, params));
  }

  @Override
  public int enter(
      int fd, int toSubmit, int minComplete, int flags, long argument, long argumentSize) {
    enters++;
    return real.enter(fd, toSubmit, minComplete, flags, argument, argumentSize);
  }

  @Override
  public int register(int fd, int operation, long argument, int count) {
    return real.register(fd, operation, argument, count);
  }

  @Override
  public int sendMessage(long sqe) {
    return real.sendMessage(sqe);
  }

  @Override
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    long address = real.mmap(length, protection, flags, fd, offset);
    if (address > 0) {
      mapped.put(address, length);
    }
    return address;
  }

  @Override
  public int munmap(long address, long length) {
    mapped.remove(address, length);
    return real.munmap(address, length);
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
