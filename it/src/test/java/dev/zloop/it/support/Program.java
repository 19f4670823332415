package dev.zloop.it.support;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/**
 * A program that others wrote, in a process of its own: fed by its input, watched by its output.
 */
public final class Program implements AutoCloseable {
  private static final int CHUNK_BYTES = 16 << 10;

  private final Process process;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final CompletableFuture<Void> errorsRead;
  private CompletableFuture<Void> outputRead;

  private Program(Process process) {
    this.process = process;
    this.errorsRead = Background.run(() -> collect(process.getErrorStream(), errors));
  }

  /** Starts a program; the test is skipped, and says so, if it is not installed. */
  public static Program start(List<String> command) {
    Program program = startUnread(command);
    program.readOutput();
    return program;
  }

  public static Program start(String... command) {
    return start(List.of(command));
  }

  /** As {@link #start}, but its output stays where it is until {@link #readOutput}. */
  public static Program startUnread(List<String> command) {
    assumeInstalled(command.getFirst());
    try {
      return new Program(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void assumeInstalled(String program) {
    assumeTrue(isInstalled(program), program + " is not installed");
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static void collect(InputStream from, ByteArrayOutputStream to) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (from) {
      for (int length = from.read(chunk); length >= 0; length = from.read(chunk)) {
        to.write(chunk, 0, length);
      }
    } catch (IOException closed) {
      // That, in two spellings, is how the JDK tells of a kill.
      if (!"Stream closed".equalsIgnoreCase(closed.getMessage())) {
        throw closed;
      }
    }
  }

  /** Reads from here on what it prints. */
  public void readOutput() {
    outputRead = Background.run(() -> collect(process.getInputStream(), output));
  }

  // ---- what it is told

  public void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void send(byte[] bytes) {
    try {
      OutputStream input = process.getOutputStream();
      input.write(bytes);
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("it says: " + said(), e);
    }
  }

  /** Sends the first bytes of a pattern, in a thread of its own, and ends the input. */
  public CompletableFuture<Void> sendInBackground(Pattern pattern, int length) {
    return Background.run(() -> {
      send(pattern.bytes(0, length));
      endInput();
    });
  }

  public void endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends it a signal, such as {@code STOP}. */
  public void signal(String name) {
    try (Program kill = start("kill", "-" + name, Long.toString(process.pid()))) {
      kill.exitStatus();
    }
  }

  // ---- what it says

  /** What it printed so far, and what to standard error. */
  public String said() {
    return output.toString(StandardCharsets.UTF_8) + errors.toString(StandardCharsets.UTF_8);
  }

  /** How much it printed so far. */
  public int outputLength() {
    return output.size();
  }

  /** All that it printed, once it has ended. */
  public byte[] outputBytes() {
    awaitEnd();
    return output.toByteArray();
  }

  /** Waits until it has said something. */
  public void awaitSaid(String part) {
    if (!Await.comesTrue(() -> said().contains(part) || !process.isAlive()) || !process.isAlive()) {
      assertSaid(part);
    }
  }

  /** Waits until it has said something of a kind: what that is. */
  public MatchResult awaitSaid(java.util.regex.Pattern pattern) {
    Await.comesTrue(() -> pattern.matcher(said()).find() || !process.isAlive());
    Matcher matcher = pattern.matcher(said());
    assertTrue(matcher.find(), () -> "expected " + pattern + " in:\n" + said());
    return matcher;
  }

  /** Once it has ended: it has said this, each of it. */
  public void assertSaid(String... parts) {
    awaitEnd();
    for (String part : parts) {
      assertTrue(said().contains(part), () -> "expected " + part + " in:\n" + said());
    }
  }

  // ---- the end

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end. */
  public int exitStatus() {
    awaitEnd();
    return process.exitValue();
  }

  private void awaitEnd() {
    Await.completion(process.onExit());
    Await.completion(errorsRead);
    Await.completion(outputRead);
  }

  public void kill() {
    process.destroyForcibly();
    Await.completion(process.onExit());
  }

  @Override
  public void close() {
    kill();
    if (outputRead == null) {
      readOutput();
    }
    awaitEnd();
    try {
      process.getOutputStream().close();
    } catch (IOException broken) {
      // it did not read all that it was sent
    }
  }
}
