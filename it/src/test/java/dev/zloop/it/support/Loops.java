package dev.zloop.it.support;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Hooks;

/**
 * The loops of a class of tests: made before the first, closed after the last. A test fails if a
 * callback on one of them threw what nobody caught, or if Reactor had to drop an error.
 */
public final class Loops implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private final int size;
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private ZLoopGroup group;

  private Loops(int size) {
    this.size = size;
  }

  public static Loops of(int size) {
    return new Loops(size);
  }

  public ZLoopGroup group() {
    return group;
  }

  /** The first of them. */
  public ZLoop first() {
    return group.loops().getFirst();
  }

  /** A server on these loops, on a free port of 127.0.0.1. */
  public TcpServer server() {
    return TcpServer.create().host("127.0.0.1").port(0).runOn(group);
  }

  /** A server on these loops that sends back what it gets. */
  public TcpServer echoServer() {
    return server().handle((in, out) -> out.send(in.receive().retain()));
  }

  /** A client on these loops, of a port of 127.0.0.1. */
  public TcpClient client(int port) {
    return TcpClient.create().host("127.0.0.1").port(port).runOn(group);
  }

  /** Waits for what is thrown or dropped next; it is no failure of the test any more. */
  public Throwable awaitError() {
    Await.until("an error on a loop", () -> !errors.isEmpty());
    return errors.poll();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Hooks.onErrorDropped(errors::add);
    group =
        ZLoopGroup.builder()
            .size(size)
            .name("it")
            .threadFactory(ZLoopThreads.factory())
            .errorHandler((loop, error) -> errors.add(error))
            .build()
            .start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<Throwable> uncaught = new ArrayList<>();
    for (Throwable error = errors.poll(); error != null; error = errors.poll()) {
      uncaught.add(error);
    }
    if (!uncaught.isEmpty()) {
      AssertionError failure = new AssertionError("thrown on a loop: " + uncaught.getFirst());
      uncaught.forEach(failure::addSuppressed);
      throw failure;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    group.close();
    Await.completion(group.onClosed());
    Hooks.resetOnErrorDropped();
  }
}
