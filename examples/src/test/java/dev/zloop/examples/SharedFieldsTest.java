package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the tables of what threads share to the fields that the sources have. */
class SharedFieldsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path TABLES = ROOT.resolve("docs/architecture/memory.md");

  /** The first cell of a row: a class and its field. */
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)\\.(\\w+)`");

  /** A field that is meant for several threads. What only gives access to one is none itself. */
  private static final Pattern SHARED =
      Pattern.compile(
          "(?m)^ +(?:(?:private|static|final|public|protected) )*"
              + "(?:volatile [\\w<>?\\[\\], ]+|Atomic(?!\\w*FieldUpdater)\\w+(?:<[^;=]*>)?"
              + "|(?:CompletableFuture|Concurrent\\w+|CopyOnWrite\\w+|BlockingQueue)(?:<[^;=]*>)?"
              + "|\\w+<[^;=]*>(?= \\w+ = Concurrent)) (\\w+)(?: = |;)");

  @Test
  void everyFieldThatThreadsShareIsInATable() throws IOException {
    Set<String> missing = sharedFields();
    assertTrue(missing.size() > 30, () -> "the sources are not found: " + missing);
    missing.removeAll(named());
    assertEquals(Set.of(), missing, "not in " + TABLES);
  }

  @Test
  void everyFieldInATableExists() throws IOException {
    List<String> gone = new ArrayList<>();
    for (String name : named()) {
      String[] parts = name.split("\\.");
      String sources =
          sources()
              .filter(file -> file.endsWith(parts[0] + ".java"))
              .map(SharedFieldsTest::read)
              .collect(Collectors.joining());
      String declaration = "(?m)^ +[\\w<>\\[\\], ?]+ " + parts[1] + "(;| =)";
      if (!Pattern.compile(declaration).matcher(sources).find()) {
        gone.add(name);
      }
    }
    assertEquals(List.of(), gone, "in a table, but in no source");
  }

  private static Set<String> named() throws IOException {
    return ROW.matcher(Files.readString(TABLES))
        .results()
        .map(row -> row.group(1) + "." + row.group(2))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> sharedFields() throws IOException {
    Set<String> found = new TreeSet<>();
    sources()
        .forEach(file -> {
          String owner = file.getFileName().toString().replace(".java", "");
          SHARED
              .matcher(read(file))
              .results()
              .map(MatchResult::group)
              .map(declaration -> declaration.replaceFirst("( = |;)$", ""))
              .map(declaration -> declaration.substring(declaration.lastIndexOf(' ') + 1))
              .forEach(field -> found.add(owner + "." + field));
        });
    return found;
  }

  private static Stream<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : List.of("native-reactor", "core", "reactor-adapter")) {
      try (Stream<Path> below = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
        below.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
      }
    }
    return found.stream();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
