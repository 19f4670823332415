package dev.zloop.core;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The system properties that zloop goes by, and what is set, for the {@link Doctor}. */
final class SystemProperties {
  static final String BACKEND = "zloop.backend";

  private static final String PREFIX = "zloop.";

  /** Those that are numbers; a test holds that none is missing. */
  static final List<NumberProperty> NUMBERS =
      List.of(
          IoMemory.RECEIVE_MEMORY,
          IoMemory.URING_ENTRIES,
          BlockingPool.THREADS,
          BlockingPool.QUEUE,
          Watching.BLOCKED_MILLIS,
          Watching.SLOW_MILLIS);

  /**
   * One that is no number, or has no fixed default.
   *
   * @param otherwise what counts where it is not set
   * @param check throws an IllegalArgumentException if a value cannot be taken
   */
  private record Text(String name, String otherwise, Consumer<String> check) {}

  private static final List<Text> TEXTS =
      List.of(
          new Text(BACKEND, "the first that works", Backend::parse),
          new Text("zloop.loops", "one a processor", SystemProperties::requireLoops),
          new Text("zloop.taskOrigins", "false", SystemProperties::requireTruth),
          new Text(NativeKqueueSyscalls.LIBRARY_PROPERTY, "none", value -> {}));

  private SystemProperties() {}

  /** A line for each: its value, where that comes from, and what is wrong with it. */
  static List<String> describe() {
    List<String> lines = new ArrayList<>();
    Set<String> others = new TreeSet<>(System.getProperties().stringPropertyNames());
    for (Text text : TEXTS) {
      others.remove(text.name);
      lines.add(describe(text.name, text.otherwise, () -> check(text)));
    }
    for (NumberProperty number : NUMBERS) {
      others.remove(number.name());
      lines.add(describe(number.name(), Long.toString(number.otherwise()), number::get));
    }
    others.removeIf(name -> !name.startsWith(PREFIX));
    others.forEach(name -> lines.add(name + ": set, but there is no such property"));
    return lines;
  }

  private static void check(Text text) {
    text.check.accept(System.getProperty(text.name));
  }

  /** As the module that reads it does. */
  private static void requireLoops(String value) {
    try {
      if (Integer.parseInt(value.strip()) >= 1) {
        return;
      }
    } catch (NumberFormatException noNumber) {
      // as wrong as a number that is too small
    }
    throw new IllegalArgumentException(
        "zloop.loops is \"" + value + "\", expected how many loops to share, a number from 1");
  }

  private static void requireTruth(String value) {
    if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
      throw new IllegalArgumentException(
          "zloop.taskOrigins is \"" + value + "\", expected true or false");
    }
  }

  private static String describe(String name, String otherwise, Runnable check) {
    String value = System.getProperty(name);
    if (value == null) {
      return name + ": " + otherwise + " (default)";
    }
    try {
      check.run();
      return name + ": " + value + " (set by -D; default: " + otherwise + ")";
    } catch (IllegalArgumentException wrong) {
      return name + ": wrong: " + wrong.getMessage();
    }
  }
}
