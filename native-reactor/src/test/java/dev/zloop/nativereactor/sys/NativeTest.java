package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a JVM is told that lacks something, found out in JVMs of their own. */
class NativeTest {
  private static final String MODULE = "dev.zloop.nativereactor";
  private static final int ENTRANCES = 5;

  @Test
  void hereItIsUsable() {
    assertEquals(Optional.empty(), Native.unavailability());
    assertDoesNotThrow(Native::ensureUsable);
  }

  @Test
  void deniedOnTheClassPathEveryEntranceNamesTheFlagForIt() throws Exception {
    assertEachSays(
        "zloop calls the kernel through java.lang.foreign, and native access is denied to it: add"
            + " --enable-native-access=ALL-UNNAMED to java's command line",
        onClassPath("--illegal-native-access=deny"));
  }

  @Test
  void deniedOnTheModulePathEveryEntranceNamesTheFlagForIt() throws Exception {
    assertEachSays(
        "zloop calls the kernel through java.lang.foreign, and native access is denied to it: add"
            + " --enable-native-access=dev.zloop.nativereactor to java's command line",
        onModulePath("--illegal-native-access=deny"));
  }

  @Test
  void theFlagNamedForTheClassPathIsAllItTakes() throws Exception {
    assertEachSays(
        "usable",
        onClassPath("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"));
  }

  @Test
  void theFlagNamedForTheModulePathIsAllItTakes() throws Exception {
    assertEachSays(
        "usable", onModulePath("--illegal-native-access=deny", "--enable-native-access=" + MODULE));
  }

  @Test
  void anUnknownOperatingSystemIsNamedWithThoseThatAreKnown() throws Exception {
    assertEachSays(
        "zloop has no native bindings for Plan9 on amd64; it runs on Linux on amd64, Linux on"
            + " aarch64, Mac OS X on aarch64, Mac OS X on x86_64, FreeBSD on amd64, FreeBSD on"
            + " aarch64",
        onClassPath("--enable-native-access=ALL-UNNAMED", "-Dos.name=Plan9", "-Dos.arch=amd64"));
  }

  @Test
  void anUnknownProcessorIsNamedWithThoseThatAreKnown() throws Exception {
    assertEachSays(
        "zloop has no native bindings for Linux on pdp11; it runs on Linux on amd64, Linux on"
            + " aarch64, Mac OS X on aarch64, Mac OS X on x86_64, FreeBSD on amd64, FreeBSD on"
            + " aarch64",
        onClassPath("--enable-native-access=ALL-UNNAMED", "-Dos.arch=pdp11"));
  }

  @Test
  void bothProcessorsOfLinuxAreFoundByTheirNames() {
    assertTrue(Platform.find().isPresent());
    assertEquals(Platform.find().orElseThrow(), Platform.current());
    assertEquals(12, Platform.LINUX_X86_64.epollEventSize());
    assertEquals(16, Platform.LINUX_AARCH64.epollEventSize());
  }

  private static void assertEachSays(String line, List<String> output) {
    assertEquals(Collections.nCopies(ENTRANCES, line), output);
  }

  private static List<String> onClassPath(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(options));
    String classPath = classes(Native.class) + ":" + classes(NativeProbe.class);
    command.addAll(List.of("-cp", classPath, NativeProbe.class.getName()));
    return output(command);
  }

  private static List<String> onModulePath(String... options) throws Exception {
    Path classes = classes(Native.class);
    assumeTrue(
        Files.exists(classes.resolve("module-info.class")),
        "the classes come without a module descriptor");
    List<String> command = new ArrayList<>(List.of(options));
    command.addAll(List.of("-p", classes.toString()));
    command.addAll(List.of("--patch-module", MODULE + "=" + classes(NativeProbe.class)));
    command.addAll(List.of("-m", MODULE + "/" + NativeProbe.class.getName()));
    return output(command);
  }

  static Path classes(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** What the JVM prints, its warnings included. */
  static List<String> output(List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // The JVM would print that it picked them up.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }
}
