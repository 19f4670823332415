package dev.zloop.nativereactor.sys;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The platforms that zloop has bindings for, and whatever of the kernel's interface differs between
 * them: sizes here, numbers through {@link #number(int)}.
 */
public enum Platform {
  /** Linux on x86-64. */
  LINUX_X86_64("Linux", "amd64", 12, 4),

  /** Linux on 64-bit ARM. */
  LINUX_AARCH64("Linux", "aarch64", 16, 8);

  private final String osName;
  private final String osArch;
  private final int epollEventSize;
  private final int epollEventDataOffset;

  Platform(String osName, String osArch, int epollEventSize, int epollEventDataOffset) {
    this.osName = osName;
    this.osArch = osArch;
    this.epollEventSize = epollEventSize;
    this.epollEventDataOffset = epollEventDataOffset;
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
        .filter(platform -> platform.osName.equals(name) && platform.osArch.equals(arch))
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
            .map(platform -> platform.osName + " on " + platform.osArch)
            .collect(Collectors.joining(", "));
    return "zloop has no native bindings for %s on %s; it runs on %s"
        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), known);
  }

  /**
   * A number of the kernel's interface: an errno, an option, a flag. Every one goes through here,
   * so that none is a compile-time constant, which javac would copy into the classes that use it.
   * Linux has the same numbers on both processors; macOS will be a second column.
   */
  static int number(int linux) {
    return linux;
  }

  /** struct epoll_event is packed on x86-64 (12 bytes, data at 4), and nowhere else (16, at 8). */
  int epollEventSize() {
    return epollEventSize;
  }

  int epollEventDataOffset() {
    return epollEventDataOffset;
  }
}
