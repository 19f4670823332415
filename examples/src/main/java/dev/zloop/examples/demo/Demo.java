package dev.zloop.examples.demo;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.Connection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.Exceptions;
import reactor.core.publisher.Sinks;

/** What {@code scripts/demo} runs: see {@link Options#USAGE}. */
public final class Demo {
  private static final int FAILED = 1;
  private static final int BAD_OPTIONS = 2;
  private static final int ORDERLY_END_SECONDS_MAX = 10;

  private final Options options;
  private final Console console = new Console();

  /** Completes when a person has had enough: Ctrl-C, or kill. */
  private final Sinks.Empty<Void> interruption = Sinks.empty();

  private final CountDownLatch ended = new CountDownLatch(1);

  /** Whether who comes and goes is worth a line: once our own clients have gone. */
  private volatile boolean visitorsShown;

  private Demo(Options options) {
    this.options = options;
  }

  /** Ends the JVM with the status that the usage text tells. */
  public static void main(String[] args) {
    Options options;
    try {
      options = Options.parse(args);
    } catch (Options.BadOptionException e) {
      System.err.println("demo: " + e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(BAD_OPTIONS);
      return;
    }
    if (options.help) {
      System.out.print(Options.USAGE);
      return;
    }
    Demo demo = new Demo(options);
    Runtime.getRuntime().addShutdownHook(new Thread(demo::interrupt, "demo-interrupt"));
    if (!demo.run()) {
      System.exit(FAILED);
    }
  }

  /** On Ctrl-C, and at the end: has the main thread end in order, and waits for that. */
  private void interrupt() {
    interruption.tryEmitEmpty();
    try {
      ended.await(ORDERLY_END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether all went well. */
  private boolean run() {
    try {
      ZLoop serverLoop = newLoop("demo-server");
      ZLoop clientLoop = newLoop("demo-clients");
      demonstrate(serverLoop, clientLoop);
      close(clientLoop);
      close(serverLoop);
      console.say("closed: the server, its connections and both loops");
      return true;
    } catch (Exception e) {
      explain(Exceptions.unwrap(e));
      return false;
    } finally {
      console.close();
      ended.countDown();
    }
  }

  private ZLoop newLoop(String name) {
    ZLoop.Builder builder = ZLoop.builder().name(name).threadFactory(ZLoopThreads.factory());
    options.backend.ifPresent(builder::backend);
    return builder.build().start();
  }

  private void demonstrate(ZLoop serverLoop, ZLoop clientLoop) {
    EchoService service = EchoService.start(serverLoop, options.port, this::showVisitor).block();
    console.say(
        "server   %s:%d, on loop %s (%s)",
        service.host(), service.port(), serverLoop.name(), serverLoop.backend());
    if (options.seconds > 0) {
      drive(new EchoClients(clientLoop, service, options.sizeBytes), clientLoop);
    }
    if (options.serve) {
      visitorsShown = true;
      console.say("serving  try: nc %s %d    Ctrl-C ends it", service.host(), service.port());
      interruption.asMono().block();
    }
    service.stop().block();
  }

  private void drive(EchoClients clients, ZLoop loop) {
    long startNanos = System.nanoTime();
    List<Connection> connections =
        clients.connect(options.connections).takeUntilOther(interruption.asMono()).block();
    if (connections == null) {
      return; // interrupted
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    console.say(
        "clients  %,d, connected in %,d ms, on loop %s (%s)",
        connections.size(), millis, loop.name(), loop.backend());
    console.say(
        "load     messages of %,d B; each client sends one, awaits it, compares it, sends the next",
        options.sizeBytes);
    console.say("");
    console.say("  second   messages/s   MiB/s each way    p50 us    p99 us");
    int[] second = {0};
    Meter.Reading total =
        clients
            .run(
                connections,
                options.seconds,
                interruption.asMono(),
                reading -> show(++second[0], reading))
            .block();
    summarize(total);
  }

  private void show(int second, Meter.Reading reading) {
    console.say(
        "%8d %,12.0f %16.1f %,9.0f %,9.0f",
        second,
        reading.messagesPerSecond(),
        reading.mebibytesPerSecond(options.sizeBytes),
        reading.p50Micros(),
        reading.p99Micros());
  }

  private void summarize(Meter.Reading total) {
    console.say("");
    console.say(
        "summary  %,d messages in %.1f s: %,.0f messages/s, %.1f MiB/s each way",
        total.messages(),
        total.seconds(),
        total.messagesPerSecond(),
        total.mebibytesPerSecond(options.sizeBytes));
    console.say(
        "         latency p50 %,.0f us, p99 %,.0f us, longest %,.0f us; every byte compared",
        total.p50Micros(), total.p99Micros(), total.maxMicros());
  }

  /** On the server's loop. */
  private void showVisitor(Connection connection) {
    if (visitorsShown) {
      String address = connection.address().toString().replace("/", "");
      console.say("visitor  %s came", address);
      connection.onDispose(() -> console.say("visitor  %s went", address));
    }
  }

  private static void close(ZLoop loop) {
    loop.close();
    loop.onClosed().toCompletableFuture().join();
  }

  /** What went wrong, and what to try. */
  private void explain(Throwable error) {
    System.err.println("demo: " + (error.getMessage() == null ? error : error.getMessage()));
    if (error instanceof NativeIoException failure) {
      switch (failure.errnoName()) {
        case "EADDRINUSE" -> System.err.println("demo: --port 0 takes any free port");
        case "EMFILE" -> System.err.println("demo: or try fewer --connections");
        default -> {}
      }
    }
  }
}
