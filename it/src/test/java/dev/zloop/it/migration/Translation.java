package dev.zloop.it.migration;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Sources for Reactor Netty made into such for zloop, by the table of names in the migration guide,
 * which is taken at its word; and compiled.
 */
final class Translation {
  private static final Path GUIDE = Path.of("../docs/from-reactor-netty.md");
  private static final Path SOURCES = Path.of("src/test/java");
  private static final String PACKAGE = "dev.zloop.it.migration.programs";
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\|");

  private final ClassLoader translated;

  private Translation(ClassLoader translated) {
    this.translated = translated;
  }

  /** Translates and compiles all programs. */
  static Translation into(Path directory) throws IOException {
    Map<String, String> names = names();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("-proc:none", "-Xlint:all", "-Werror", "-d", directory.toString()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    for (Path program : programs()) {
      Path source = directory.resolve(program.getFileName());
      Files.writeString(source, translate(Files.readString(program), names));
      command.add(source.toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, command.toArray(String[]::new));
    if (status != 0) {
      throw new AssertionError("what the guide makes of the programs does not compile");
    }
    URL[] path = {directory.toUri().toURL()};
    return new Translation(new URLClassLoader(path, Translation.class.getClassLoader()));
  }

  private static List<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES.resolve(PACKAGE.replace('.', '/')))) {
      return files.toList();
    }
  }

  private static Map<String, String> names() throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    String guide = Files.readString(GUIDE, StandardCharsets.UTF_8);
    int begin = guide.indexOf("## Other names");
    Matcher rows = ROW.matcher(guide.substring(begin, guide.indexOf("\n## ", begin)));
    while (rows.find()) {
      names.put(rows.group(1), rows.group(2));
    }
    return names;
  }

  private static String translate(String source, Map<String, String> names) {
    String result = source.replace("package " + PACKAGE, "package translated");
    for (Map.Entry<String, String> name : names.entrySet()) {
      result = result.replace(name.getKey(), name.getValue());
      String from = simple(name.getKey());
      String to = simple(name.getValue());
      if (!from.equals(to)) {
        result = result.replaceAll("\\b" + Pattern.quote(from), Matcher.quoteReplacement(to));
      }
    }
    if (result.contains("reactor.netty")) {
      throw new AssertionError("the guide does not know all names in\n" + result);
    }
    return result;
  }

  /** What code says of a name that it imports. */
  private static String simple(String name) {
    return name.replaceFirst("^([a-z0-9]+\\.)+", "");
  }

  Class<?> of(Class<?> program) throws ClassNotFoundException {
    return translated.loadClass("translated." + program.getSimpleName());
  }
}
