package dev.zloop.core;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Native;
import dev.zloop.nativereactor.uring.UringCheckup;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Finds out what loops have to do with on this machine, for a person who asks why a loop cannot be
 * had, or not on the backend that was expected: operating system, limits, backends, features of
 * io_uring, and system properties. It tries what loops would do, and leaves nothing behind.
 *
 * <pre>{@code
 * System.out.print(Doctor.examine().report());
 * }</pre>
 */
public final class Doctor {
  private final StringBuilder report = new StringBuilder();
  private Optional<Backend> backend = Optional.empty();

  private Doctor() {}

  /**
   * Examines this process: opens and closes what a loop takes on each backend, which takes some
   * milliseconds, and blocks. From any thread that may.
   *
   * @return what was found; never fails because of it
   */
  public static Doctor examine() {
    Doctor doctor = new Doctor();
    doctor.examineAll(LinuxProcess.CURRENT);
    return doctor;
  }

  /** The backend of a loop that is made here without naming one; empty if none can be made. */
  public Optional<Backend> backend() {
    return backend;
  }

  /**
   * All that was found, as lines of text for a person. It may change with any release, is without
   * secrets, and has the versions of system and JVM, and paths.
   */
  public String report() {
    return report.toString();
  }

  private void examineAll(LinuxProcess process) {
    boolean allowed = Native.class.getModule().isNativeAccessEnabled(); // before the first call
    heading("system");
    line(
        "%s %s, %s, %,d processors",
        property("os.name"),
        property("os.version"),
        property("os.arch"),
        Runtime.getRuntime().availableProcessors());
    line("Java %s, %s, in %s", Runtime.version(), property("java.vendor"), property("java.home"));
    line("native access: %s", allowed ? "enabled" : notEnabled());
    heading("limits");
    process.describe().forEach(this::line);
    heading("backends");
    examineBackends();
    heading("io_uring, feature by feature");
    examineUring();
    heading("system properties");
    SystemProperties.describe().forEach(this::line);
  }

  private static String property(String name) {
    return System.getProperty(name);
  }

  private static String notEnabled() {
    Module module = Native.class.getModule();
    return "not enabled, so that the JDK warns or refuses: add --enable-native-access="
        + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  // ---- which backend serves

  private void examineBackends() {
    IoPorts ports;
    Backend forced;
    try {
      String name = property(SystemProperties.BACKEND);
      forced = name == null ? null : Backend.parse(name);
      ports = new IoPorts(IoMemory.configured(0), line -> {});
    } catch (IllegalArgumentException wrong) {
      line("no loop can be made: %s", wrong.getMessage());
      return;
    }
    for (Backend candidate : Backend.values()) {
      Optional<String> why = whyNot(candidate, ports);
      line("%s: %s", candidate, why.map(reason -> "no: " + reason).orElse("works"));
      boolean wanted =
          forced == null ? Backend.candidates().contains(candidate) : forced == candidate;
      if (why.isEmpty() && wanted && backend.isEmpty()) {
        backend = Optional.of(candidate);
      }
    }
    String because = forced == null ? "" : ", as -D" + SystemProperties.BACKEND + " says";
    line(
        "%s",
        backend
            .map(serving -> "loops run on " + serving + because)
            .orElse("no loop can be made" + (forced == null ? "" : " on " + forced + because)));
  }

  private static Optional<String> whyNot(Backend candidate, IoPorts ports) {
    Optional<String> why = candidate.unavailability();
    if (why.isPresent()) {
      return why;
    }
    try {
      ports.require(candidate).port().close();
      return Optional.empty();
    } catch (UncheckedIOException refused) {
      return Optional.of(refused.getCause().getMessage());
    } catch (UnsupportedOperationException gone) {
      return Optional.of(gone.getMessage());
    }
  }

  private void examineUring() {
    Optional<String> why = Native.unavailability();
    if (why.isPresent() || !Native.isLinux()) {
      line("not tried: %s", why.orElse("io_uring belongs to Linux"));
      return;
    }
    for (UringCheckup.Feature feature : UringCheckup.examine()) {
      String lack = feature.required() ? "no: " : "no, and it can do without: ";
      line("%s: %s", feature.name(), feature.lack().map(lack::concat).orElse("yes"));
    }
  }

  // ---- the report

  private void heading(String text) {
    report.append(report.isEmpty() ? "" : "\n").append(text).append('\n');
  }

  private void line(String format, Object... arguments) {
    line(format.formatted(arguments));
  }

  private void line(String text) {
    report.append("  ").append(text).append('\n');
  }
}
