package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of this machine, and of others. */
class DoctorTest {
  private static final String UNKNOWN = "zloop.recieveMemory";

  @TempDir Path proc;

  @AfterEach
  void clear() {
    List.of(
            UNKNOWN,
            SystemProperties.BACKEND,
            "zloop.receiveMemory",
            "zloop.uring.entries",
            "zloop.loops",
            "zloop.taskOrigins")
        .forEach(System::clearProperty);
  }

  private static List<String> report() {
    return Doctor.examine().report().lines().toList();
  }

  private static void assertHas(String line, List<String> lines) {
    assertTrue(lines.contains(line), () -> line + " is not in:\n" + String.join("\n", lines));
  }

  // ---- backends

  @Test
  void theBackendIsTheOneThatALoopHas() {
    ZLoop loop = ZLoop.builder().build();
    Doctor doctor = Doctor.examine();
    assertEquals(Optional.of(loop.backend()), doctor.backend());
    assertHas("  loops run on " + loop.backend(), doctor.report().lines().toList());
    loop.close();
  }

  @Test
  void eachBackendWorksOrHasAReason() {
    List<String> report = report();
    for (Backend backend : Backend.values()) {
      String line = backend.unavailability().map(why -> "no: " + why).orElse("works");
      assertHas("  " + backend + ": " + line, report);
    }
  }

  @Test
  void aBackendThatIsForcedServes() {
    Backend last = Backend.candidates().getLast();
    System.setProperty(SystemProperties.BACKEND, last.toString());
    Doctor doctor = Doctor.examine();
    assertEquals(Optional.of(last), doctor.backend());
    assertHas(
        "  loops run on " + last + ", as -Dzloop.backend says", doctor.report().lines().toList());
  }

  @Test
  void aBackendThatIsForcedAndCannotBeHadLeavesNone() {
    Optional<Backend> missing =
        List.of(Backend.values()).stream().filter(each -> !each.isAvailable()).findFirst();
    assumeTrue(missing.isPresent());
    System.setProperty(SystemProperties.BACKEND, missing.get().toString());
    Doctor doctor = Doctor.examine();
    assertEquals(Optional.empty(), doctor.backend());
    assertHas(
        "  no loop can be made on " + missing.get() + ", as -Dzloop.backend says",
        doctor.report().lines().toList());
  }

  // ---- system properties

  @Test
  void propertiesAreToldWithWhatCounts() {
    System.setProperty("zloop.receiveMemory", "2097152");
    List<String> report = report();
    assertHas("  zloop.receiveMemory: 2097152 (set by -D; default: 16777216)", report);
    assertHas("  zloop.uring.entries: 1024 (default)", report);
    assertHas("  zloop.backend: the first that works (default)", report);
  }

  @Test
  void aPropertyThatIsWrongLeavesNoBackend() {
    System.setProperty("zloop.uring.entries", "many");
    Doctor doctor = Doctor.examine();
    List<String> report = doctor.report().lines().toList();
    String why = "zloop.uring.entries is \"many\", expected a whole number from 8 to 8192";
    assertEquals(Optional.empty(), doctor.backend());
    assertHas("  no loop can be made: " + why, report);
    assertHas("  zloop.uring.entries: wrong: " + why, report);
  }

  @Test
  void aBackendThatIsUnknownLeavesNone() {
    System.setProperty(SystemProperties.BACKEND, "nio");
    Doctor doctor = Doctor.examine();
    assertEquals(Optional.empty(), doctor.backend());
    assertHas(
        "  zloop.backend: wrong: no backend is called \"nio\": io_uring, epoll, kqueue",
        doctor.report().lines().toList());
  }

  @Test
  void propertiesThatAreNoNumbersOfTheCoreAreCheckedToo() {
    System.setProperty("zloop.loops", "0");
    System.setProperty("zloop.taskOrigins", "yes");
    List<String> report = Doctor.examine().report().lines().toList();
    assertHas(
        "  zloop.loops: wrong: zloop.loops is \"0\", expected how many loops to share, a number"
            + " from 1",
        report);
    assertHas(
        "  zloop.taskOrigins: wrong: zloop.taskOrigins is \"yes\", expected true or false", report);
  }

  @Test
  void aPropertyThatDoesNotExistIsTold() {
    System.setProperty(UNKNOWN, "33554432");
    assertHas("  " + UNKNOWN + ": set, but there is no such property", report());
  }

  // ---- limits

  private List<String> limitsWith(String limits, String status, String disabled) throws Exception {
    Files.createDirectories(proc.resolve("self"));
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.writeString(proc.resolve("self/limits"), limits);
    Files.writeString(proc.resolve("self/status"), status);
    Files.writeString(proc.resolve("sys/kernel/io_uring_disabled"), disabled);
    return new LinuxProcess(proc).describe();
  }

  @Test
  void limitsAreReadWhereLinuxTellsThem() throws Exception {
    List<String> told =
        limitsWith(
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max open files            1024                 524288               files
            Max locked memory         65536                unlimited            bytes
            """,
            "Name:\tjava\nCapEff:\t00000000a80425fb\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            "1\n");
    assertEquals(
        List.of(
            "open files (ulimit -n): 1024, and 524288 at the most; a connection takes one",
            "locked memory in bytes (ulimit -l): 65536, and unlimited at the most; io_uring takes"
                + " some a loop",
            "connections that wait (net.core.somaxconn): unknown",
            "kernel.io_uring_disabled: 1, for all but privileged processes and the group of"
                + " kernel.io_uring_group",
            "seccomp: a filter is on, which may forbid io_uring"),
        told);
  }

  @Test
  void whoMayLockWhatHeLikesIsNotCounted() throws Exception {
    List<String> told =
        limitsWith(
            "Max locked memory         0  0  bytes", "CapEff:\t000001ffffffffff\nSeccomp:\t0", "0");
    assertHas(
        "locked memory in bytes (ulimit -l): 0, and 0 at the most; does not count: CAP_IPC_LOCK",
        told);
    assertHas("kernel.io_uring_disabled: 0, for nobody", told);
    assertHas("seccomp: off", told);
  }

  @Test
  void elsewhereTheyAreUnknown() {
    List<String> told = new LinuxProcess(proc).describe();
    assertTrue(told.stream().allMatch(line -> line.contains("unknown")), told::toString);
  }
}
