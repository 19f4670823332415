package dev.zloop.nativereactor.sys;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.NativeAccessException;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.poll.Poller;
import java.util.List;

/** A program of its own, for {@link NativeTest}: tries every entrance and says how that went. */
public final class NativeProbe {
  private NativeProbe() {}

  public static void main(String[] arguments) {
    List<Runnable> entrances =
        List.of(
            Native::ensureUsable,
            NativeProbe::allocate,
            NativeProbe::callTheKernel,
            NativeProbe::poll);
    for (Runnable entrance : entrances) {
      try {
        entrance.run();
        System.out.println("usable");
      } catch (NativeAccessException e) {
        System.out.println(e.getMessage());
      }
    }
    System.out.println(Backend.EPOLL.unavailability().orElse("usable"));
  }

  private static void allocate() {
    try (Region region = Region.allocate(8, 8)) {
      Memory.putLong(region.address(), 1);
    }
  }

  private static void callTheKernel() {
    try (Syscalls syscalls = LinuxSyscalls.open()) {
      Sockets.ok(syscalls.close(Sockets.ok(syscalls.socket(SocketConstants.AF_UNIX, 1, 0))));
    }
  }

  private static void poll() {
    try (Poller poller = EpollPoller.open(1)) {
      poller.wakeup();
      Sockets.ok(poller.poll(-1));
      Sockets.ok(poller.poll(1));
    }
  }
}
