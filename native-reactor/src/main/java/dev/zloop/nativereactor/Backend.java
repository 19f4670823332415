package dev.zloop.nativereactor;

import dev.zloop.nativereactor.sys.EpollConstants;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.LinuxEpollSyscalls;
import dev.zloop.nativereactor.sys.Native;
import dev.zloop.nativereactor.sys.Platform;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kernel's interfaces that a loop can wait in and move bytes through. */
public enum Backend {
  /** io_uring(7) of Linux: completions. */
  IO_URING,

  /** epoll(7) of Linux: readiness. */
  EPOLL,

  /** kqueue(2) of macOS and the BSDs: readiness. */
  KQUEUE;

  /**
   * All backends in the order in which they are tried: a loop for which none was named takes the
   * first that {@link #isAvailable()}.
   *
   * @return every backend, the preferred one first
   */
  public static List<Backend> candidates() {
    return List.of(values());
  }

  /**
   * Whether it works here, in this version of zloop. Tried anew with each call.
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
      case IO_URING -> Optional.of("io_uring is not part of this version of zloop");
      case EPOLL -> Native.unavailability().or(Backend::probeEpoll);
      case KQUEUE -> Optional.of(noKqueue());
    };
  }

  private static String noKqueue() {
    return Platform.find().isPresent()
        ? "kqueue belongs to macOS and the BSDs, and this is " + System.getProperty("os.name")
        : "kqueue is not part of this version of zloop";
  }

  private static Optional<String> probeEpoll() {
    LinuxEpollSyscalls syscalls = LinuxEpollSyscalls.open();
    int fd = syscalls.epollCreate1(EpollConstants.EPOLL_CLOEXEC);
    if (fd < 0) {
      return Optional.of(
          "epoll_create1: %s (%s)".formatted(Errno.name(-fd), Errno.description(-fd)));
    }
    syscalls.close(fd);
    return Optional.empty();
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
