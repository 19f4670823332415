package dev.zloop.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An echo server in a process of its own, that said where it listens. */
final class Server implements AutoCloseable {
  private static final String READY = "echoing on ";

  /** Netty's best: Unsafe, which JDK 25 denies it otherwise, and no looking for leaks. */
  private static final List<String> NETTY_FLAGS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "-Dio.netty.noUnsafe=false",
          "-Dio.netty.leakDetection.level=disabled");

  /** What can be measured: a name, and what is on the command line behind the class path. */
  private static final Map<String, List<String>> COMMANDS =
      Map.ofEntries(
          Map.entry("core-epoll", List.of("-Dzloop.backend=epoll", "CoreEcho", "0")),
          Map.entry("core-io_uring", List.of("-Dzloop.backend=io_uring", "CoreEcho", "0")),
          Map.entry("core-per-loop", List.of("CoreEcho", "0", "LOOPS", "per-loop")),
          Map.entry("core-hand-over", List.of("CoreEcho", "0", "LOOPS", "hand-over")),
          Map.entry("adapter", List.of("AdapterEcho", "0")),
          Map.entry("netty-epoll", List.of("NettyEcho", "epoll", "0")),
          Map.entry("netty-io_uring", List.of("NettyEcho", "io_uring", "0")),
          Map.entry("reactor-netty-epoll", List.of("ReactorNettyEcho", "0")),
          Map.entry("reactor-netty-io_uring", List.of("ReactorNettyEcho", "0")),
          Map.entry("adapter-tls", List.of("AdapterEcho", "0", "LOOPS", "JDK")),
          Map.entry("adapter-boringssl", List.of("AdapterEcho", "0", "LOOPS", "OPENSSL")),
          Map.entry("reactor-netty-epoll-tls", List.of("ReactorNettyEcho", "0", "LOOPS", "JDK")),
          Map.entry(
              "reactor-netty-epoll-boringssl",
              List.of("ReactorNettyEcho", "0", "LOOPS", "OPENSSL")));

  final String name;
  final InetSocketAddress address;
  private final Process process;

  private Server(String name, Process process, InetSocketAddress address) {
    this.name = name;
    this.process = process;
    this.address = address;
  }

  /** Whether it speaks TLS. */
  boolean isSecure() {
    return isSecure(name);
  }

  private static boolean isSecure(String name) {
    return name.endsWith("-tls") || name.endsWith("-boringssl");
  }

  /** The names of what can be measured, in order. */
  static List<String> names() {
    return COMMANDS.keySet().stream().sorted().toList();
  }

  /** Starts a server on this JVM's kind and class path, on a port of the kernel's choice. */
  static Server start(String name, int loops) throws IOException {
    List<String> command = COMMANDS.get(name);
    if (command == null) {
      throw new IllegalArgumentException("no server " + name + "; there are " + names());
    }
    // Its errors are ours, for who watches.
    Process process =
        new ProcessBuilder(commandLine(name, command, loops))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new Server(name, process, awaitAddress(name, process));
  }

  private static List<String> commandLine(String name, List<String> command, int loops) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    if (name.contains("netty") || isSecure(name)) { // TLS is Netty's everywhere
      line.addAll(NETTY_FLAGS);
    }
    line.addAll(List.of("-cp", classPath(name)));
    for (String word : command) {
      boolean isProgram = word.endsWith("Echo");
      line.add(isProgram ? Server.class.getPackageName() + "." + word : word);
    }
    if (!line.remove("LOOPS") && loops != 1) {
      line.add(String.valueOf(loops));
    } else if (command.contains("LOOPS")) {
      line.add(line.size() - 1, String.valueOf(loops));
    }
    return line;
  }

  /** Reactor Netty takes io_uring if it finds it. */
  private static String classPath(String name) {
    Predicate<String> wanted =
        name.startsWith("reactor-netty-epoll")
            ? entry -> !entry.contains("io_uring")
            : entry -> true;
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(wanted)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static InetSocketAddress awaitAddress(String name, Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(READY)) {
        String port = line.replaceFirst(".*:([0-9]+).*", "$1");
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
      }
    }
    throw new IOException(name + " ended before it listened");
  }

  /** The time that all its threads have had on a processor: proc(5), schedstat. */
  long cpuNanos() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      return threads.mapToLong(Server::threadNanos).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long threadNanos(Path thread) {
    try {
      return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
    } catch (NoSuchFileException ended) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
