package dev.zloop.nativereactor.sys;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The platforms that zloop has bindings for, and whatever of the kernel's interface differs between
 * them: sizes here, numbers through {@link #number(int, int, int)}.
 */
public enum Platform {
  /** Linux on x86-64. */
  LINUX_X86_64(Kernel.LINUX, "amd64"),

  /** Linux on 64-bit ARM. */
  LINUX_AARCH64(Kernel.LINUX, "aarch64"),

  /** macOS on Apple's processors. */
  MACOS_AARCH64(Kernel.MACOS, "aarch64"),

  /** macOS on Intel's processors. */
  MACOS_X86_64(Kernel.MACOS, "x86_64"),

  /** FreeBSD on x86-64. */
  FREEBSD_X86_64(Kernel.FREEBSD, "amd64"),

  /** FreeBSD on 64-bit ARM. */
  FREEBSD_AARCH64(Kernel.FREEBSD, "aarch64");

  /** An operating system's kernel: its numbers are the same on every processor. */
  public enum Kernel {
    /** Linux, with io_uring and epoll. */
    LINUX("Linux"),

    /** macOS, with kqueue. */
    MACOS("Mac OS X"),

    /** FreeBSD, with kqueue. */
    FREEBSD("FreeBSD");

    private final String osName;

    Kernel(String osName) {
      this.osName = osName;
    }
  }

  private final Kernel kernel;
  private final String osArch;

  Platform(Kernel kernel, String osArch) {
    this.kernel = kernel;
    this.osArch = osArch;
  }

  /**
   * Its operating system's kernel.
   *
   * @return the kernel
   */
  public Kernel kernel() {
    return kernel;
  }

  /**
   * The platform that this JVM runs on, by its {@code os.name} and {@code os.arch}.
   *
   * @return the platform, or empty if it is none of these
   */
  public static Optional<Platform> find() {
    String name = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    return Stream.of(values())
        .filter(platform -> platform.kernel.osName.equals(name) && platform.osArch.equals(arch))
        .findFirst();
  }

  /**
   * The platform that this JVM runs on.
   *
   * @return the platform
   * @throws UnsupportedOperationException with {@link #unsupportedText()} if it is none of these
   */
  public static Platform current() {
    return find().orElseThrow(() -> new UnsupportedOperationException(unsupportedText()));
  }

  /**
   * What to say on a platform that is none of these: what it is, and which ones would do.
   *
   * @return a sentence without its full stop
   */
  public static String unsupportedText() {
    String known =
        Stream.of(values())
            .map(platform -> platform.kernel.osName + " on " + platform.osArch)
            .collect(Collectors.joining(", "));
    return "zloop has no native bindings for %s on %s; it runs on %s"
        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), known);
  }

  /**
   * A number of the kernel's interface: an errno, an option, a flag. Every one goes through here,
   * so that none is a compile-time constant, which javac would copy into the classes that use it.
   *
   * @param everywhere the number that all kernels have, or the one kernel that knows it
   */
  static int number(int everywhere) {
    return everywhere;
  }

  /** A number that each kernel has chosen for itself. */
  static int number(int linux, int macos, int freebsd) {
    return switch (current().kernel) {
      case LINUX -> linux;
      case MACOS -> macos;
      case FREEBSD -> freebsd;
    };
  }

  /** struct epoll_event is packed on x86-64 (12 bytes, data at 4), and nowhere else (16, at 8). */
  int epollEventSize() {
    return this == LINUX_X86_64 ? 12 : 16;
  }

  int epollEventDataOffset() {
    return this == LINUX_X86_64 ? 4 : 8;
  }
}
