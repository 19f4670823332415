package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds what the README and the documents say to what is there. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path README = ROOT.resolve("README.md");

  private static final Path SETTINGS = ROOT.resolve("docs/settings.md");

  private static final Pattern LINK = Pattern.compile("]\\(([^)]+)\\)");
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern PROPERTY = Pattern.compile("\"(zloop\\.[a-zA-Z.]+)\"");
  private static final Pattern SETTING =
      Pattern.compile("^\\| `(zloop\\.[a-zA-Z.]+)` \\|", Pattern.MULTILINE);
  private static final Pattern SCRIPT = Pattern.compile("`scripts/([a-z-]+)");

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      for (String link : matches(LINK, Files.readString(document))) {
        String path = link.replaceFirst("#.*", "");
        if (!link.contains("://") && !Files.exists(document.resolveSibling(path))) {
          broken.add(ROOT.relativize(document) + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void everyPieceOfJavaIsCodeThatCompiles() throws IOException {
    Path simulated =
        ROOT.resolve(
            "reactor-adapter/src/test/java/dev/zloop/reactor/tcp/SimulatedServerTest.java");
    Path blocking = ROOT.resolve("it/src/test/java/dev/zloop/it/blockhound/NothingBlocksIT.java");
    String code =
        Stream.concat(sources(), Stream.of(simulated, blocking))
            .map(DocumentationTest::read)
            .map(DocumentationTest::dense)
            .collect(Collectors.joining("\n"));
    List<String> strange = new ArrayList<>();
    for (Path document : documents()) {
      for (String block : matches(JAVA_BLOCK, Files.readString(document))) {
        for (String paragraph : block.split("\n\n")) {
          if (!code.contains(dense(paragraph))) {
            strange.add(ROOT.relativize(document) + ":\n" + paragraph);
          }
        }
      }
    }
    assertEquals(List.of(), strange, "pieces of Java that no source file has");
  }

  @Test
  void theSettingsAreTheSystemPropertiesThatSourcesName() throws IOException {
    Set<String> named = new TreeSet<>();
    sources()
        .filter(source -> !source.getParent().endsWith("metrics")) // which has names of meters
        .forEach(source -> named.addAll(matches(PROPERTY, read(source))));
    Set<String> told = new TreeSet<>(matches(SETTING, Files.readString(SETTINGS)));
    assertEquals(named, told);
  }

  @Test
  void theReadmeHasEveryExampleAndOnlyScriptsThatAreThere() throws IOException {
    String readme = Files.readString(README);
    List<Class<?>> examples =
        List.of(
            Hello.class,
            EchoServer.class,
            TlsEcho.class,
            CertificateReload.class,
            Ticker.class,
            LineChat.class);
    for (Class<?> example : examples) {
      assertEquals(true, readme.contains("`scripts/example " + example.getSimpleName()));
    }
    for (String script : matches(SCRIPT, readme)) {
      assertEquals(true, Files.isExecutable(ROOT.resolve("scripts").resolve(script)), script);
    }
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(README, ROOT.resolve("CHANGELOG.md")),
              below.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  private static Stream<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String module : List.of("native-reactor", "core", "reactor-adapter", "examples")) {
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

  /** Without what only pleases the eye. */
  private static String dense(String code) {
    return code.replaceAll("/\\*\\*.*?\\*/", "").replaceAll("\\s+", " ").strip();
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }
}
