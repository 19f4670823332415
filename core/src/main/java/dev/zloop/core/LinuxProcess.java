package dev.zloop.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What Linux lets this process have, as /proc tells it: proc_pid_limits(5), proc_pid_status(5),
 * proc_sys_kernel(5).
 *
 * @param proc where /proc is
 */
record LinuxProcess(Path proc) {
  static final LinuxProcess CURRENT = new LinuxProcess(Path.of("/proc"));

  private static final int CAP_IPC_LOCK = 14;

  /** A line for each; what cannot be read is unknown. */
  List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("open files (ulimit -n): " + limit("Max open files") + "; a connection takes one");
    lines.add(
        "locked memory in bytes (ulimit -l): "
            + limit("Max locked memory")
            + "; "
            + (locksWhatItLikes() ? "does not count: CAP_IPC_LOCK" : "io_uring takes some a loop"));
    lines.add("connections that wait (net.core.somaxconn): " + sysctl("net/core/somaxconn"));
    lines.add("kernel.io_uring_disabled: " + disabled(sysctl("kernel/io_uring_disabled")));
    lines.add("seccomp: " + seccomp());
    return lines;
  }

  private static String disabled(String value) {
    return switch (value) {
      case "0" -> "0, for nobody";
      case "1" -> "1, for all but privileged processes and the group of kernel.io_uring_group";
      case "2" -> "2, for all";
      default -> value;
    };
  }

  private String seccomp() {
    return switch (status("Seccomp")) {
      case "0" -> "off";
      case "1" -> "strict";
      case "2" -> "a filter is on, which may forbid io_uring";
      default -> "unknown";
    };
  }

  private boolean locksWhatItLikes() {
    try {
      return (Long.parseUnsignedLong(status("CapEff"), 16) >>> CAP_IPC_LOCK & 1) != 0;
    } catch (NumberFormatException unknown) {
      return false;
    }
  }

  /** Soft and hard. */
  private String limit(String name) {
    return read("self/limits")
        .flatMap(limits -> limits.lines().filter(line -> line.startsWith(name)).findFirst())
        .map(line -> line.substring(name.length()).strip().split("\\s+"))
        .map(values -> values[0] + ", and " + values[1] + " at the most")
        .orElse("unknown");
  }

  private String status(String name) {
    return read("self/status")
        .flatMap(status -> status.lines().filter(line -> line.startsWith(name + ":")).findFirst())
        .map(line -> line.substring(name.length() + 1).strip())
        .orElse("unknown");
  }

  private String sysctl(String name) {
    return read("sys/" + name).map(String::strip).orElse("unknown");
  }

  private Optional<String> read(String file) {
    try {
      return Optional.of(whole(proc.resolve(file)));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /** In large pieces: what is read of a sysctl behind its first byte is its end, proc(5). */
  private static String whole(Path file) throws IOException {
    byte[] bytes = new byte[1 << 16];
    int length = 0;
    try (InputStream input = Files.newInputStream(file)) {
      for (int read = 0; read >= 0 && length < bytes.length; length += Math.max(0, read)) {
        read = input.read(bytes, length, bytes.length - length);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
