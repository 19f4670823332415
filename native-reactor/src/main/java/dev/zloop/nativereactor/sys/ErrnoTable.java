package dev.zloop.nativereactor.sys;

import java.util.HashMap;
import java.util.Map;

/** The errnos of a platform: their numbers, names, and what strerror(3) says of them. */
final class ErrnoTable {
  /** What a name that the platform lacks has for a number: no call returns it, nor its negative. */
  static final int ABSENT = Integer.MAX_VALUE;

  private static final ErrnoTable CURRENT = new ErrnoTable(Platform.current());

  private record Entry(String name, String description) {}

  private final Map<Integer, Entry> entries = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  ErrnoTable(Platform platform) {
    String table =
        switch (platform.kernel()) {
          case LINUX -> LinuxErrnos.TABLE;
          case MACOS -> MacosErrnos.TABLE;
          case FREEBSD -> FreebsdErrnos.TABLE;
        };
    table
        .lines()
        .forEach(line -> {
          String[] fields = line.split(" ", 3);
          int number = Integer.parseInt(fields[0]);
          entries.put(number, new Entry(fields[1], fields[2]));
          numbers.put(fields[1], number);
        });
  }

  int numberOf(String name) {
    return numbers.getOrDefault(name, ABSENT);
  }

  String nameOf(int errno) {
    return entries.containsKey(errno) ? entries.get(errno).name() : null;
  }

  String descriptionOf(int errno) {
    return entries.containsKey(errno) ? entries.get(errno).description() : null;
  }

  // ---- of this platform

  /** The number, or {@link #ABSENT} for a name that is none. */
  static int number(String name) {
    return CURRENT.numberOf(name);
  }

  /** The name, or null for a number that is none. */
  static String name(int errno) {
    return CURRENT.nameOf(errno);
  }

  /** The description, or null for a number that is none. */
  static String description(int errno) {
    return CURRENT.descriptionOf(errno);
  }
}
