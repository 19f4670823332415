package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A system call allocates nothing, however many callers it is inlined into. */
@Tag("optimized")
class DeepCallTest {
  private static final int ROUNDS_MAX = 60;
  private static final int CALLS = 20_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Syscalls syscalls = LinuxSyscalls.open();

  @Test
  void aCallBelowManyCallersAllocatesNothing() {
    long allocated = Long.MAX_VALUE;
    int clean = 0;
    for (int round = 0; clean < 5 && round < ROUNDS_MAX; round++) {
      allocated = allocatedByCalls();
      clean = allocated == 0 ? clean + 1 : 0;
    }
    assertEquals(0, allocated);
  }

  private long allocatedByCalls() {
    long before = threads.getCurrentThreadAllocatedBytes();
    int results = 0;
    for (int i = 0; i < CALLS; i++) {
      results += call1(-1);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(-Errno.EBADF * CALLS, results);
    return allocated;
  }

  // As many as there are between the run cycle and a send within a callback.

  private int call1(int fd) {
    return call2(fd);
  }

  private int call2(int fd) {
    return call3(fd);
  }

  private int call3(int fd) {
    return call4(fd);
  }

  private int call4(int fd) {
    return call5(fd);
  }

  private int call5(int fd) {
    return call6(fd);
  }

  private int call6(int fd) {
    return call7(fd);
  }

  private int call7(int fd) {
    return call8(fd);
  }

  private int call8(int fd) {
    return call9(fd);
  }

  private int call9(int fd) {
    return call10(fd);
  }

  private int call10(int fd) {
    return call11(fd);
  }

  private int call11(int fd) {
    return syscalls.recv(fd, 0, 0, 0);
  }
}
