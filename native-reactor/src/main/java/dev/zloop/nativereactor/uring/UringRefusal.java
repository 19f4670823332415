package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_DEFER_TASKRUN;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SINGLE_ISSUER;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SUBMIT_ALL;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Says in plain words why there is no ring, and what to do about it. */
final class UringRefusal {
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private UringRefusal() {}

  /** Empty if there is nothing to add to the failure. */
  static String advice(ErrnoException failure, UringSyscalls syscalls) {
    int errno = failure.errno();
    if (errno == Errno.EOPNOTSUPP) {
      return "this kernel's io_uring lacks " + failure.call();
    }
    if (errno == Errno.EPERM || errno == Errno.EACCES) {
      return forbidden();
    }
    if (errno == Errno.ENOSYS) {
      return "this kernel has no io_uring, or a sandbox hides it";
    }
    if (errno == Errno.ENOMEM) {
      return "no memory for a ring: raise the limit of locked memory"
          + limit("Max locked memory", "ulimit -l, LimitMEMLOCK=");
    }
    if (errno == Errno.EMFILE) {
      return "no descriptor for a ring: raise the limit of open files"
          + limit("Max open files", "ulimit -n, LimitNOFILE=");
    }
    if (errno == Errno.EINVAL && failure.call().equals("io_uring_setup")) {
      return "this kernel's io_uring lacks " + missingFlag(syscalls);
    }
    if (errno == Errno.EINVAL && failure.call().equals("IORING_REGISTER_PBUF_RING")) {
      return "this kernel's io_uring lacks IORING_REGISTER_PBUF_RING (Linux 5.19)";
    }
    return "";
  }

  /** The sysctl is what an administrator has said; where it says nothing it was a sandbox. */
  private static String forbidden() {
    String disabled = read(DISABLED).map(String::strip).orElse("0");
    return switch (disabled) {
      case "0" ->
          "a sandbox forbids io_uring, as the seccomp profiles of container runtimes do: allow"
              + " io_uring_setup, io_uring_enter and io_uring_register";
      case "1" ->
          "io_uring is for privileged processes here: set the sysctl kernel.io_uring_disabled"
              + " from 1 to 0, or join the group of kernel.io_uring_group";
      default ->
          "io_uring is switched off here: set the sysctl kernel.io_uring_disabled from %s to 0"
              .formatted(disabled);
    };
  }

  /** Such as ", which is 8388608 bytes (ulimit -l)". */
  private static String limit(String name, String advice) {
    String value =
        read(LIMITS)
            .flatMap(limits -> limits.lines().filter(line -> line.startsWith(name)).findFirst())
            .map(line -> line.substring(name.length()).strip().split("\\s+", 2)[0])
            .orElse("unknown");
    return ", which is %s (%s)".formatted(value, advice);
  }

  /** The oldest flag that the kernel does not know: the younger ones need it. */
  private static String missingFlag(UringSyscalls syscalls) {
    if (!knows(syscalls, IORING_SETUP_SUBMIT_ALL)) {
      return "IORING_SETUP_SUBMIT_ALL (Linux 5.18)";
    }
    if (!knows(syscalls, IORING_SETUP_SINGLE_ISSUER)) {
      return "IORING_SETUP_SINGLE_ISSUER (Linux 6.0)";
    }
    if (!knows(syscalls, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)) {
      return "IORING_SETUP_DEFER_TASKRUN (Linux 6.1)";
    }
    return "one of its flags for a ring";
  }

  static boolean knows(UringSyscalls syscalls, int flags) {
    try (Region params = Region.allocate(UringParams.SIZE, Long.BYTES)) {
      UringParams.setFlags(params.address(), flags);
      int fd = syscalls.setup(1, params.address());
      if (fd >= 0) {
        syscalls.close(fd);
      }
      return fd != -Errno.EINVAL;
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
