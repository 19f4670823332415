package dev.zloop.nativereactor;

import dev.zloop.nativereactor.sys.EpollConstants;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.LinuxEpollSyscalls;
import dev.zloop.nativereactor.sys.Native;
import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import dev.zloop.nativereactor.uring.UringProbe;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kernel's interfaces that a loop can wait in and move bytes through. */
public enum Backend {
  /** io_uring(7) of Linux: completions. */
  IO_URING,

  /** epoll(7) of Linux: readiness. */
  EPOLL,

  /** kqueue(2) of macOS and the BSDs: readiness. */
  KQUEUE;

  /**
   * The backends of this operating system in the order in which they are tried: a loop for which
   * none was named takes the first that {@link #isAvailable()}. On Linux, kqueue is among them
   * where a library is given that brings it ({@code -Dzloop.kqueue.library}).
   *
   * @return the backends, the preferred one first
   */
  public static List<Backend> candidates() {
    return Stream.of(values()).filter(Backend::isCandidate).toList();
  }

  private boolean isCandidate() {
    return switch (this) {
      case IO_URING, EPOLL -> Native.isLinux();
      case KQUEUE -> !Native.isLinux() || NativeKqueueSyscalls.isLibraryGiven();
    };
  }

  /**
   * Whether it works here. What does not is tried anew with each call.
   *
   * @return true if {@link #unavailability()} has nothing to say
   */
  public boolean isAvailable() {
    return unavailability().isEmpty();
  }

  /**
   * Why it does not work here, for a person to read.
   *
   * @return a sentence without its full stop; empty if it works
   */
  public Optional<String> unavailability() {
    return switch (this) {
      case IO_URING -> Native.unavailability().or(this::notOfLinux).or(UringProbe::unavailability);
      case EPOLL -> Native.unavailability().or(this::notOfLinux).or(Backend::probeEpoll);
      case KQUEUE -> NativeKqueueSyscalls.unavailability().or(Backend::probeKqueue);
    };
  }

  private Optional<String> notOfLinux() {
    return Native.isLinux()
        ? Optional.empty()
        : Optional.of(this + " belongs to Linux, and this is " + System.getProperty("os.name"));
  }

  private static Optional<String> probeEpoll() {
    LinuxEpollSyscalls syscalls = LinuxEpollSyscalls.open();
    int fd = syscalls.epollCreate1(EpollConstants.EPOLL_CLOEXEC);
    if (fd < 0) {
      return Optional.of(failure("epoll_create1", -fd));
    }
    syscalls.close(fd);
    return Optional.empty();
  }

  private static Optional<String> probeKqueue() {
    NativeKqueueSyscalls syscalls = NativeKqueueSyscalls.open();
    int kq = syscalls.kqueue();
    if (kq < 0) {
      return Optional.of(failure("kqueue", -kq));
    }
    syscalls.close(kq);
    return Optional.empty();
  }

  private static String failure(String call, int errno) {
    return "%s: %s (%s)".formatted(call, Errno.name(errno), Errno.description(errno));
  }

  /**
   * The backend that a person means.
   *
   * @param name "io_uring", "epoll" or "kqueue", in upper or lower case
   * @return the backend
   * @throws IllegalArgumentException if it is none: the message has the names
   */
  public static Backend parse(String name) {
    return Arrays.stream(values())
        .filter(backend -> backend.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
  }

  private static String unknown(String name) {
    String names = Arrays.stream(values()).map(Backend::toString).collect(Collectors.joining(", "));
    return "no backend is called \"%s\": %s".formatted(name, names);
  }

  /**
   * The name that the kernel's manual has.
   *
   * @return "io_uring", "epoll" or "kqueue"
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
