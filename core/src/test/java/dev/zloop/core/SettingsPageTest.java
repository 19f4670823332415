package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the ranges and defaults that docs/settings.md tells to those that count. */
class SettingsPageTest {
  private static final Path PAGE = Path.of("../docs/settings.md");

  @Test
  void everyNumberHasTheRangeAndTheDefaultOfThePage() throws Exception {
    String page = Files.readString(PAGE).replaceAll(" \\([^)|]+\\)", "");
    List<String> missing = new ArrayList<>();
    for (NumberProperty number : numbers()) {
      String cells = "| %d to %d | %d |".formatted(number.min(), number.max(), number.otherwise());
      String row = "^\\| `" + Pattern.quote(number.name()) + "` \\|.*" + Pattern.quote(cells) + "$";
      if (!Pattern.compile(row, Pattern.MULTILINE).matcher(page).find()) {
        missing.add(number.name() + " .. " + cells);
      }
    }
    assertEquals(List.of(), missing, "rows that the page has not, or otherwise");
  }

  @Test
  void theDoctorKnowsEveryNumber() throws Exception {
    assertEquals(Set.copyOf(numbers()), Set.copyOf(SystemProperties.NUMBERS));
  }

  /** All that classes of this package have as constants. */
  private static List<NumberProperty> numbers() throws Exception {
    List<NumberProperty> found = new ArrayList<>();
    for (Class<?> type : classes()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == NumberProperty.class && !field.isSynthetic()) {
          field.setAccessible(true);
          found.add((NumberProperty) field.get(null));
        }
      }
    }
    return found;
  }

  private static List<Class<?>> classes() throws Exception {
    Path folder =
        Path.of(NumberProperty.class.getResource("NumberProperty.class").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      List<Class<?>> found = new ArrayList<>();
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          found.add(Class.forName("dev.zloop.core." + name.replace(".class", "")));
        }
      }
      return found;
    }
  }
}
