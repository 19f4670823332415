package dev.zloop.examples.demo;

import dev.zloop.nativereactor.Backend;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** What the demo is to do. Filled in by {@link #parse}, and then left alone. */
final class Options {
  static final String USAGE =
      """
      Usage: scripts/demo [OPTIONS]

      Starts an echo server on one event loop and clients on another, over loopback. Each client
      sends a message, waits until all of it is back, compares it, and sends the next.

        --port N         where the server listens, 0 for any free port (default 0)
        --connections N  how many clients at a time, 1 to 10000 (default 50)
        --size BYTES     how large a message is, 1 to 16777216 (default 1024)
        --seconds N      for how long, 1 to 86400; or 0, with --serve (default 5)
        --backend NAME   io_uring, epoll or kqueue, and no other (default: the best there is)
        --serve          stay up afterwards, for visitors with nc
        --help           print this

      Ctrl-C ends it in order. Exit status: 0 done, 1 failed, 2 bad options, 130 Ctrl-C.
      """;

  int port = 0;
  int connections = 50;
  int sizeBytes = 1024;
  int seconds = 5;
  Optional<Backend> backend = Optional.empty();
  boolean serve;
  boolean help;

  private Options() {}

  /** Something was typed that makes no sense; the message says what. */
  static final class BadOptionException extends Exception {
    private static final long serialVersionUID = 1L;

    BadOptionException(String message) {
      super(message);
    }
  }

  /** Reads {@code --name value} and {@code --name=value}. */
  static Options parse(String... arguments) throws BadOptionException {
    Queue<String> words = new ArrayDeque<>();
    for (String argument : arguments) {
      words.addAll(argument.startsWith("--") ? List.of(argument.split("=", 2)) : List.of(argument));
    }
    Options options = new Options();
    while (!words.isEmpty()) {
      options.set(words.poll(), words);
    }
    if (options.seconds == 0 && !options.serve) {
      throw new BadOptionException("--seconds 0 leaves nothing to do without --serve");
    }
    return options;
  }

  private void set(String name, Queue<String> words) throws BadOptionException {
    switch (name) {
      case "--port" -> port = number(name, words, 0, 65_535);
      case "--connections" -> connections = number(name, words, 1, 10_000);
      case "--size" -> sizeBytes = number(name, words, 1, 16 << 20);
      case "--seconds" -> seconds = number(name, words, 0, 24 * 60 * 60);
      case "--backend" -> backend = Optional.of(backend(value(name, words)));
      case "--serve" -> serve = true;
      case "--help", "-h" -> help = true;
      default -> throw new BadOptionException("there is no option " + name);
    }
  }

  private static Backend backend(String name) throws BadOptionException {
    try {
      return Backend.parse(name);
    } catch (IllegalArgumentException e) {
      throw new BadOptionException("--backend: " + e.getMessage());
    }
  }

  private static int number(String name, Queue<String> words, int min, int max)
      throws BadOptionException {
    String value = value(name, words);
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // told below
    }
    throw new BadOptionException(
        name + " takes a number from " + min + " to " + max + ", not " + value);
  }

  private static String value(String name, Queue<String> words) throws BadOptionException {
    if (words.isEmpty()) {
      throw new BadOptionException(name + " takes a value");
    }
    return words.poll();
  }
}
