package dev.zloop.it.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program of its own, in a JVM of its own: talked to by lines. */
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final PrintStream commands;
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> ended;

  private ChildJvm(Process process) {
    this.process = process;
    this.commands = new PrintStream(process.getOutputStream(), true);
    this.ended =
        CompletableFuture.allOf(
            Background.run(() -> lines(process.inputReader(), output::add)),
            Background.run(() -> lines(process.errorReader(), errors::add)));
  }

  private static void lines(BufferedReader reader, Consumer<String> consumer) throws IOException {
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      consumer.accept(line);
    }
  }

  /** The {@code java} that runs this. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Options and class path for a main class among the tests, and the class. */
  public static List<String> javaCommand(Class<?> mainClass) {
    return List.of(
        java(),
        "-ea",
        "-Xmx128m",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--illegal-native-access=deny",
        "-cp",
        System.getProperty("java.class.path"),
        mainClass.getName());
  }

  public static ChildJvm start(List<String> command) {
    try {
      return new ChildJvm(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void command(String line) {
    commands.println(line);
  }

  /** Sends it a signal, as in {@code TERM}. */
  public void signal(String name) {
    try {
      var kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO().start();
      if (Await.completion(kill.onExit()).exitValue() != 0) {
        throw new AssertionError("it has gone already, or there is no such signal: " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line that it prints; fails if there comes none. */
  public String line() {
    try {
      String line = output.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("it says nothing, but in errors: " + errors);
      }
      return line;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What it wrote to standard error so far. */
  public List<String> errors() {
    return new ArrayList<>(errors);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end: the exit status. */
  public int exitStatus() {
    Await.completion(ended);
    return Await.completion(process.onExit()).exitValue();
  }

  /** Everything it printed, once it has ended. */
  public List<String> remainingLines() {
    Await.completion(ended);
    return new ArrayList<>(output);
  }

  @Override
  public void close() {
    commands.close();
    process.destroyForcibly();
    Await.completion(process.onExit());
  }
}
