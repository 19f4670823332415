package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scripts on the jar that was just built, from a directory that is not the project's. */
class ScriptsIT {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath().normalize();

  @TempDir Path elsewhere;

  private ProcessBuilder script(String name, String... arguments) {
    List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve(name).toString()));
    Collections.addAll(command, arguments);
    return new ProcessBuilder(command).directory(elsewhere.toFile());
  }

  @Test
  void theDemoRuns() throws Exception {
    try (Program demo = Program.of(script("demo", "--seconds", "1", "--connections", "2"))) {
      assertEquals(0, demo.exitStatus(), demo::output);
      demo.awaitLine("summary .*");
      assertFalse(demo.output().contains("WARNING"), demo::output);
    }
  }

  /** As in a fresh clone, in which the first script that needs it builds what it needs. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aTreeInWhichNothingIsBuiltBuildsItself() throws Exception {
    Path project = SCRIPTS.getParent();
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(ScriptsIT::isSource).toList()) {
        Path copy = elsewhere.resolve(project.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    String script = elsewhere.resolve("scripts/example").toString();
    try (Program hello = Program.of(new ProcessBuilder(script, "Hello"))) {
      assertEquals(0, hello.exitStatus(), hello::output);
      hello.awaitLine("hello");
    }
  }

  private static boolean isSource(Path file) {
    String path = SCRIPTS.getParent().relativize(file).toString();
    return Files.isRegularFile(file)
        && !path.startsWith(".git/")
        && !path.startsWith("target/")
        && !path.contains("/target/");
  }

  @Test
  void theDoctorSaysWhatLoopsRunOnAndKnowsEverySetting() throws Exception {
    try (Program doctor = Program.of(script("doctor"))) {
      assertEquals(0, doctor.exitStatus(), doctor::output);
      doctor.awaitLine("  loops run on (io_uring|epoll|kqueue)");
      doctor.awaitLine("  native access: enabled");
      String page = Files.readString(SCRIPTS.resolveSibling("docs/settings.md"));
      Matcher settings = Pattern.compile("(?m)^\\| `(zloop\\.[a-zA-Z.]+)` \\|").matcher(page);
      while (settings.find()) {
        doctor.awaitLine("  " + Pattern.quote(settings.group(1)) + ": .*");
      }
    }
  }

  @Test
  void theDemoPassesItsStatusOn() throws Exception {
    try (Program demo = Program.of(script("demo", "--nonsense"))) {
      assertEquals(2, demo.exitStatus(), demo::output);
    }
  }

  @Test
  void anExampleRunsByItsName() throws Exception {
    try (Program hello = Program.of(script("example", "Hello"))) {
      assertEquals(0, hello.exitStatus(), hello::output);
      assertEquals("hello", hello.output());
    }
  }

  @Test
  void anUnknownExampleIsToldWithThoseThereAre() throws Exception {
    try (Program example = Program.of(script("example", "Echo"))) {
      assertEquals(2, example.exitStatus(), example::output);
      example.awaitLine("there is no program Echo");
      example.awaitLine("  EchoServer");
    }
  }

  @Test
  void aNewerJdkInJavaHomeIsTakenAndAnOlderOneIsNot() throws Exception {
    Path newer = fakeJdk("26.0.1");
    ProcessBuilder findJdk = script("find-jdk");
    findJdk.environment().put("JAVA_HOME", newer.toString());
    try (Program found = Program.of(findJdk)) {
      assertEquals(0, found.exitStatus(), found::output);
      assertEquals(newer.toString(), found.output());
    }
    Path older = fakeJdk("17.0.15");
    findJdk.environment().put("JAVA_HOME", older.toString());
    try (Program found = Program.of(findJdk)) {
      assertEquals(0, found.exitStatus(), found::output);
      assertTrue(Files.isDirectory(Path.of(found.output())), found::output);
      assertFalse(found.output().equals(older.toString()), found::output);
    }
  }

  private Path fakeJdk(String version) throws IOException {
    Path home = Files.createDirectories(elsewhere.resolve("jdk-" + version));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    Path compiler = Files.createDirectories(home.resolve("bin")).resolve("javac");
    Files.writeString(compiler, "");
    Files.setPosixFilePermissions(compiler, PosixFilePermissions.fromString("rwxr-xr-x"));
    return home;
  }
}
