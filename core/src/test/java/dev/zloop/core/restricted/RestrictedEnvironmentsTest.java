package dev.zloop.core.restricted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What becomes of a loop in a process that may not do everything, and what the log says of it: each
 * in a JVM of its own, which echoes over its loop.
 */
@EnabledOnOs(OS.LINUX)
class RestrictedEnvironmentsTest {
  private static final List<String> NO_WRAPPER = List.of();

  @BeforeEach
  void withoutRestrictionsThereIsIoUring() {
    Optional<String> why = Backend.IO_URING.unavailability();
    assumeTrue(why.isEmpty(), () -> "not even without restrictions: " + why.orElse(""));
  }

  @Test
  void withoutRestrictionsIoUringServesAndNothingIsLogged() throws Exception {
    assertEquals(List.of("works on io_uring"), run(NO_WRAPPER));
  }

  @Test
  void whereASandboxForbidsIoUringEpollServesAndTheLogSaysWhy() throws Exception {
    assertEquals(
        List.of(
            "INFO loops run on epoll. io_uring: a sandbox forbids io_uring, as the seccomp profiles"
                + " of container runtimes do: allow io_uring_setup, io_uring_enter and"
                + " io_uring_register (io_uring_setup: EPERM (Operation not permitted))",
            "works on epoll"),
        run(NO_WRAPPER, "io_uring"));
  }

  @Test
  void ioUringThatIsForcedAndForbiddenIsRefusedWithTheSameReason() throws Exception {
    assertEquals(
        List.of(
            "refused: backend io_uring cannot be had: a sandbox forbids io_uring, as the seccomp"
                + " profiles of container runtimes do: allow io_uring_setup, io_uring_enter and"
                + " io_uring_register (io_uring_setup: EPERM (Operation not permitted))"),
        run(NO_WRAPPER, "-Dzloop.backend=io_uring", "io_uring"));
  }

  /** A kernel may not count a ring's memory, and then there is nothing to say. */
  @Test
  void withoutLockedMemoryEpollServesAndTheLogNamesTheLimit() throws Exception {
    assertSays(
        "no memory for a ring: raise the limit of locked memory, which is 0 (ulimit -l,"
            + " LimitMEMLOCK=) (io_uring_setup: ENOMEM (Cannot allocate memory))",
        runWithLockedMemory(0));
  }

  @Test
  void withLockedMemoryForSmallRingsOnlyEpollServesAndTheLogNamesTheLimit() throws Exception {
    assertSays(
        "io_uring_setup: ENOMEM (Cannot allocate memory); no memory for a ring: raise the limit of"
            + " locked memory, which is 100000 (ulimit -l, LimitMEMLOCK=)",
        runWithLockedMemory(100_000));
  }

  private static void assertSays(String reason, List<String> said) {
    assumeFalse(said.equals(List.of("works on io_uring")), "rings do not count as locked memory");
    assertEquals(List.of("INFO loops run on epoll. io_uring: " + reason, "works on epoll"), said);
  }

  private static List<String> runWithLockedMemory(int bytes) throws Exception {
    List<String> wrapper = new ArrayList<>(List.of("prlimit", "--memlock=" + bytes));
    if (System.getProperty("user.name").equals("root")) {
      // Who may lock what he likes is not counted.
      wrapper.addAll(List.of("setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"));
    }
    return run(wrapper);
  }

  @Test
  void withoutIncrementalBuffersIoUringServes() throws Exception {
    assertEquals(
        List.of("incremental: false", "works on io_uring"), run(NO_WRAPPER, "incremental buffers"));
  }

  @Test
  void withFewDescriptorsIoUringServesAndNothingIsLogged() throws Exception {
    assertEquals(List.of("works on io_uring"), run(List.of("prlimit", "--nofile=64")));
  }

  @Test
  void withoutEventfdIoUringServesByMessages() throws Exception {
    assertEquals(List.of("works on io_uring"), run(NO_WRAPPER, "eventfd"));
  }

  @Test
  void withoutEventfdEpollIsRefusedAndTheCallNamed() throws Exception {
    assertEquals(
        List.of(
            "refused: dev.zloop.core.NativeIoException: eventfd: EPERM (Operation not permitted)"),
        run(NO_WRAPPER, "-Dzloop.backend=epoll", "eventfd"));
  }

  @Test
  void withNeitherTheLastRefusalIsTold() throws Exception {
    assertEquals(
        List.of(
            "refused: dev.zloop.core.NativeIoException: eventfd: EPERM (Operation not permitted)"),
        run(NO_WRAPPER, "io_uring", "eventfd"));
  }

  // ---- what the doctor says

  @Test
  void whereASandboxForbidsIoUringTheDoctorSaysWhyEpollServes() throws Exception {
    List<String> said = run(RestrictedDoctor.class, NO_WRAPPER, "io_uring");
    String why =
        "no: a sandbox forbids io_uring, as the seccomp profiles of container runtimes do: allow"
            + " io_uring_setup, io_uring_enter and io_uring_register (io_uring_setup: EPERM"
            + " (Operation not permitted))";
    List<String> expected =
        List.of(
            "  seccomp: a filter is on, which may forbid io_uring",
            "  io_uring: " + why,
            "  epoll: works",
            "  loops run on epoll",
            "  io_uring_setup (5.1): " + why,
            "Optional[epoll]");
    assertEquals(expected, said.stream().filter(expected::contains).toList(), said::toString);
  }

  @Test
  void withLittleOfEverythingTheDoctorSaysThatNoLoopCanBeMade() throws Exception {
    List<String> prlimit = List.of("prlimit", "--nofile=48:64");
    List<String> said = run(RestrictedDoctor.class, prlimit, "io_uring", "eventfd");
    List<String> expected =
        List.of(
            "  open files (ulimit -n): 64, and 64 at the most; a connection takes one",
            "  epoll: no: eventfd: EPERM (Operation not permitted)",
            "  no loop can be made",
            "Optional.empty");
    assertEquals(expected, said.stream().filter(expected::contains).toList(), said::toString);
  }

  /** Options first, then restrictions; what the program prints, its log before that. */
  private static List<String> run(List<String> wrapper, String... arguments) throws Exception {
    return run(RestrictedEcho.class, wrapper, arguments);
  }

  private static List<String> run(Class<?> program, List<String> wrapper, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-ea",
            "-XX:TieredStopAtLevel=1", // starts faster
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n",
            "-cp",
            System.getProperty("java.class.path")));
    List<String> restrictions = new ArrayList<>(List.of(arguments));
    restrictions.removeIf(argument -> argument.startsWith("-D") && command.add(argument));
    command.add(program.getName());
    command.addAll(restrictions);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // The JVM would print that it picked them up.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      assumeTrue(wrapper.isEmpty(), () -> "not installed: " + e.getMessage());
      throw e;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }
}
