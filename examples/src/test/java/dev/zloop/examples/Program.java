package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program in a process of its own, as a person would start it: what it prints, on either of its
 * streams, and how it ends. Closing it kills it.
 */
public final class Program implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;

  private final Process process;
  private final Thread reader;

  /** Guarded by itself; whoever adds a line notifies. */
  private final List<String> lines = new ArrayList<>();

  private Program(ProcessBuilder command) throws IOException {
    process = command.redirectErrorStream(true).start();
    process.getOutputStream().close();
    reader = Thread.ofVirtual().start(this::read);
  }

  /** Runs a main class, by the JVM and the class path that this test has. */
  public static Program java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It lives for moments, in which the second compiler and threads to collect do not pay.
    Collections.addAll(command, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    // Not more native access than that, and no more heap than a small machine has.
    Collections.addAll(command, "--enable-native-access=ALL-UNNAMED", "-ea", "-Xmx256m");
    Collections.addAll(command, "-cp", System.getProperty("java.class.path"), main.getName());
    Collections.addAll(command, arguments);
    return new Program(new ProcessBuilder(command));
  }

  /** Runs anything else. */
  public static Program of(ProcessBuilder command) throws IOException {
    return new Program(command);
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException ended) {
      // as good as the end of the output
    }
  }

  /** Waits for a line that a regular expression matches whole. */
  public MatchResult awaitLine(String regex) throws InterruptedException {
    Pattern pattern = Pattern.compile(regex);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (lines) {
      for (int next = 0; ; next++) {
        while (next == lines.size()) {
          long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (millis <= 0 || !(process.isAlive() || reader.isAlive())) {
            return fail("no line " + regex + " in:\n" + output());
          }
          lines.wait(Math.min(millis, 100));
        }
        Matcher matcher = pattern.matcher(lines.get(next));
        if (matcher.matches()) {
          return matcher.toMatchResult();
        }
      }
    }
  }

  /** Waits for the end. */
  public int exitStatus() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      return fail("still running:\n" + output());
    }
    reader.join();
    return process.exitValue();
  }

  /** What it printed so far. */
  public String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** As Ctrl-C or kill(1) does: {@code INT}, {@code TERM}. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
    assertTrue(kill.waitFor() == 0, "kill -" + name);
  }

  /**
   * Whether Ctrl-C would mean nothing to it: a shell without job control has the programs ignore it
   * that it starts in the background, and they pass that on to all they start.
   */
  public boolean ignoresInterrupt() throws IOException {
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    Matcher ignored = Pattern.compile("SigIgn:\\s*(\\p{XDigit}+)").matcher(status);
    int interrupt = 2;
    return ignored.find()
        && (Long.parseUnsignedLong(ignored.group(1), 16) & 1L << (interrupt - 1)) != 0;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
