package dev.zloop.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs every jcstress test of this module, in a process of its own: the short way in one JVM
 * configuration, the long way in all that jcstress knows, with a report beside the results.
 */
class JcstressIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /** jcstress looks into every class of the class path: give it no more than it needs. */
  private static final Pattern NEEDED =
      Pattern.compile("jcstress|jopt-simple|jol-core|classes/?$|zloop-[^/]*$");

  @Test
  @Timeout(value = 12, unit = TimeUnit.HOURS)
  void noStressTestSeesWhatIsForbidden() throws IOException, InterruptedException {
    Path directory = TARGET.resolve("jcstress");
    Files.createDirectories(directory);
    Path output = directory.resolve("output.txt");
    Process process =
        new ProcessBuilder(command(directory))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = process.waitFor();
    String said = Files.readString(output);
    assertEquals(0, status, said);
    assertEquals(List.of(), said.lines().filter(JcstressIT::isFailure).toList(), said);
  }

  /** A test that could not be run is none that passed. */
  private static boolean isFailure(String line) {
    return line.contains("[FAILED]") || line.contains("[ERROR]");
  }

  private static String classPath() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .filter(NEEDED.asPredicate())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> command(Path directory) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath()));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-r", directory.resolve("report").toString()));
    if (Effort.isLong()) {
      command.addAll(List.of("-m", "default"));
    } else {
      // One configuration instead of every combination of compilers, and no time for more.
      command.addAll(List.of("-sc", "false", "-jvmArgs", "-ea"));
      command.addAll(List.of("-f", "1", "-fsm", "1", "-iters", "1", "-time", "400"));
    }
    return command;
  }
}
