package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Asks a C compiler what is in the headers. It only has to compile, and what it says nothing about
 * is so: hence a compiler for another processor will do.
 */
final class HeaderOracle {
  /** Headers in place of the system's, such as a younger linux/io_uring.h. */
  private static final String INCLUDE = System.getProperty("zloop.oracle.include");

  private final String compiler;
  private final String headers;
  private final Path source;

  private HeaderOracle(String compiler, String headers, Path directory) {
    this.compiler = compiler;
    this.headers = headers;
    this.source = directory.resolve("oracle.c");
  }

  /** Skips the test where there is no such compiler. */
  static HeaderOracle ask(String compiler, String headers, Path directory) throws Exception {
    HeaderOracle oracle = new HeaderOracle(compiler, headers, directory);
    boolean found;
    try {
      oracle.output(List.of(compiler, "--version"));
      found = true;
    } catch (IOException e) {
      found = false;
    }
    assumeTrue(found, compiler + " is not installed: nothing is compared with its headers");
    return oracle;
  }

  /** Whether the headers have a name at all. */
  boolean declares(String name) throws Exception {
    return !compile("int main(void) { (void)(%s); return 0; }\n".formatted(name))
        .contains("'" + name + "' undeclared");
  }

  /** Each key is an expression of C, each value what it should be. */
  void assertMatches(Map<String, Long> ours) throws Exception {
    String assertions =
        ours.entrySet().stream()
            .map(e ->
                "_Static_assert(%1$s == %2$dLL, \"%1$s is not %2$d\");\n"
                    .formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining());
    assertEquals("", compile(assertions));
  }

  private String compile(String program) throws Exception {
    Files.writeString(source, headers + program);
    List<String> command = new ArrayList<>(List.of(compiler, "-fsyntax-only", "-w"));
    if (INCLUDE != null) {
      command.add("-I" + INCLUDE);
    }
    command.add(source.toString());
    return output(command);
  }

  private String output(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
