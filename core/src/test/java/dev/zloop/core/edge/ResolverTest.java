package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OpenDescriptors.class)
class ResolverTest {
  private static final Executor FORBIDDEN =
      task -> {
        throw new AssertionError("the executor was used");
      };

  private static final SocketAddress NAME = InetSocketAddress.createUnresolved("a.test", 80);

  /** What a resolution told, and on which thread. */
  private static final class Answer implements Resolver.Callback {
    final CompletableFuture<List<SocketAddress>> addresses = new CompletableFuture<>();
    volatile Thread thread;

    @Override
    public void onResolved(List<SocketAddress> resolved) {
      thread = Thread.currentThread();
      assertTrue(addresses.complete(resolved), "told twice");
    }

    @Override
    public void onFailed(IOException cause) {
      thread = Thread.currentThread();
      assertTrue(addresses.completeExceptionally(cause), "told twice");
    }

    List<SocketAddress> get() throws Exception {
      return Waiting.the(addresses);
    }

    IOException failure() {
      return assertThrows(IOException.class, this::get);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "[::1]"})
  void literalsNeedNoExecutor(String literal) throws Exception {
    try (var loop = new RunningLoop(FORBIDDEN)) {
      var answer = new Answer();
      SocketAddress written = InetSocketAddress.createUnresolved(literal, 80);

      loop.call(() -> Resolver.resolve(loop.loop, written, answer));

      InetAddress ip = InetAddress.getByName(literal);
      assertEquals(List.of(new InetSocketAddress(ip, 80)), answer.get());
    }
  }

  @Test
  void whatIsResolvedComesBackAsItIs() throws Exception {
    try (var loop = new RunningLoop(FORBIDDEN)) {
      var ip = new Answer();
      var path = new Answer();
      SocketAddress unix = UnixDomainSocketAddress.of("/tmp/some.sock");

      loop.call(() -> Resolver.resolve(loop.loop, Addresses.of("127.0.0.1", 80), ip));
      loop.call(() -> Resolver.resolve(loop.loop, unix, path));

      assertEquals(List.of(Addresses.of("127.0.0.1", 80)), ip.get());
      assertEquals(List.of(unix), path.get());
    }
  }

  @Test
  void nothingIsToldWithinTheCall() throws Exception {
    try (var loop = new RunningLoop(Runnable::run)) {
      loop.run(() -> {
        var literal = new Answer();
        var name = new Answer();
        Resolver.resolve(loop.loop, Addresses.of("127.0.0.1", 80), literal);
        Resolver.resolve(loop.loop, NAME, ResolverTest::loopback, name);
        assertFalse(literal.addresses.isDone());
        assertFalse(name.addresses.isDone());
      });
    }
  }

  @Test
  void namesAreLookedUpOffTheLoopAndToldOnIt() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();
      var lookupThread = new CompletableFuture<Thread>();

      loop.call(() ->
          Resolver.resolve(
              loop.loop,
              NAME,
              host -> {
                lookupThread.complete(Thread.currentThread());
                return loopback(host);
              },
              answer));

      answer.get();
      assertEquals(loop.call(Thread::currentThread), answer.thread);
      assertNotEquals(answer.thread, Waiting.the(lookupThread));
    }
  }

  @Test
  void everyAddressComesWithThePortAndInOrder() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();
      InetAddress[] found = {InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("127.0.0.1")};

      loop.call(() -> Resolver.resolve(loop.loop, NAME, host -> found, answer));

      assertEquals(List.of(Addresses.of("::1", 80), Addresses.of("127.0.0.1", 80)), answer.get());
    }
  }

  @Test
  void theJdkLooksUpByDefault() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();
      SocketAddress localhost = InetSocketAddress.createUnresolved("localhost", 80);

      loop.call(() -> Resolver.resolve(loop.loop, localhost, answer));

      InetSocketAddress first = (InetSocketAddress) answer.get().getFirst();
      assertTrue(first.getAddress().isLoopbackAddress());
    }
  }

  @Test
  void anUnknownHostIsNamed() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();

      loop.call(() -> Resolver.resolve(loop.loop, NAME, ResolverTest::unknown, answer));

      IOException failure = assertInstanceOf(UnknownHostException.class, answer.failure());
      assertTrue(failure.getMessage().contains("a.test"));
    }
  }

  @Test
  void aHostWithoutAddressesIsUnknown() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();

      loop.call(() -> Resolver.resolve(loop.loop, NAME, host -> new InetAddress[0], answer));

      IOException failure = assertInstanceOf(UnknownHostException.class, answer.failure());
      assertEquals("a.test: no addresses", failure.getMessage());
    }
  }

  @Test
  void aLookupThatThrowsAnythingElseFailsToo() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();
      var defect = new IllegalStateException("provider");

      loop.call(() ->
          Resolver.resolve(
              loop.loop,
              NAME,
              host -> {
                throw defect;
              },
              answer));

      assertEquals("resolve(a.test:80) failed", answer.failure().getMessage());
      assertEquals(defect, answer.failure().getCause());
    }
  }

  @Test
  void anExecutorThatRefusesIsAFailureWithItsReason() throws Exception {
    assertEquals("full", refusal(new RejectedExecutionException("full")));
  }

  @Test
  void anExecutorThatFailsIsNoneThatHasTheTask() throws Exception {
    assertEquals("java.lang.OutOfMemoryError: threads", refusal(new OutOfMemoryError("threads")));
  }

  /** Why a name could not be looked up, by an executor that throws. */
  private static String refusal(Throwable thrown) throws Exception {
    Executor refusing =
        task -> {
          switch (thrown) {
            case RuntimeException refused -> throw refused;
            case Error failed -> throw failed;
            default -> throw new AssertionError(thrown);
          }
        };
    try (var loop = new RunningLoop(refusing)) {
      var answer = new Answer();

      loop.call(() -> Resolver.resolve(loop.loop, NAME, answer));

      String message = answer.failure().getMessage();
      String known =
          "resolve(a.test:80): the executor of loop " + loop.loop.name() + " refuses work: ";
      assertTrue(message.startsWith(known), message);
      return message.substring(known.length());
    }
  }

  @Test
  void whoCancelsHearsNothing() throws Exception {
    var executor = new HandExecutor();
    try (var loop = new RunningLoop(executor)) {
      var answer = new Answer();
      loop.run(() -> {
        Cancellable resolution = Resolver.resolve(loop.loop, NAME, ResolverTest::loopback, answer);
        resolution.cancel();
        resolution.cancel();
      });

      executor.runNext();
      loop.settle();

      assertFalse(answer.addresses.isDone());
    }
  }

  @Test
  void aCancelAfterTheAnswerChangesNothing() throws Exception {
    try (var loop = new RunningLoop()) {
      var answer = new Answer();
      Cancellable resolution =
          loop.call(() -> Resolver.resolve(loop.loop, NAME, ResolverTest::loopback, answer));
      answer.get();

      loop.run(resolution::cancel);
    }
  }

  @Test
  void aClosingLoopTellsAFailureAndDoesNotWaitForTheLookup() throws Exception {
    var executor = new HandExecutor();
    var answer = new Answer();
    try (var loop = new RunningLoop(executor)) {
      loop.call(() -> Resolver.resolve(loop.loop, NAME, ResolverTest::loopback, answer));
      loop.loop.close();

      loop.awaitClosed();

      assertEquals(
          "resolve(a.test:80): loop " + loop.loop.name() + " was closed",
          answer.failure().getMessage());
    }
    executor.runNext(); // what the lookup finds now goes nowhere, quietly
  }

  private static InetAddress[] loopback(String host) throws UnknownHostException {
    return new InetAddress[] {InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})};
  }

  private static InetAddress[] unknown(String host) throws UnknownHostException {
    throw new UnknownHostException(host + ": Name or service not known");
  }
}
