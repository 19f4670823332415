package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.tls.Conversations.Pair;
import dev.zloop.it.tls.Outcome.Aspect;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.netty.resources.LoopResources;

/**
 * The same conversations over TLS, held with an application on Reactor Netty and with the same one
 * on zloop: the application and its peer see the same, except for what {@link Difference} names.
 */
class TlsDifferentialIT {
  private static final int AT_A_TIME = 4;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  private static LoopResources nettyLoops;
  private static Side netty;
  private static Side zloop;
  private static ExecutorService threads;
  private static CapturedLog log;

  @BeforeAll
  static void start() {
    nettyLoops = LoopResources.create("reactor-netty", 2, true);
    netty = new NettySide(nettyLoops);
    zloop = new ZloopSide(LOOPS);
    threads = Executors.newFixedThreadPool(AT_A_TIME);
    log = CapturedLog.of(SslHandler.class);
  }

  @AfterAll
  static void stop() {
    threads.shutdown();
    Await.completion(nettyLoops.disposeLater(Duration.ZERO, Await.PATIENCE));
    log.close();
    assertEquals(List.of(), log.records().stream().map(line -> "" + line.getThrown()).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "JDK,TLSv1.2,true",
    "JDK,TLSv1.2,false",
    "JDK,TLSv1.3,true",
    "JDK,TLSv1.3,false",
    "BORINGSSL,TLSv1.2,true",
    "BORINGSSL,TLSv1.2,false",
    "BORINGSSL,TLSv1.3,true",
    "BORINGSSL,TLSv1.3,false"
  })
  void theSameIsSeenWithThePeer(TlsEngine engine, String version, boolean serves) {
    assertNothingUnexplained(
        Conversations.with(engine, version, serves).stream()
            .map(conversation ->
                () -> compare(conversation, hold(conversation, netty), hold(conversation, zloop))));
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.3", "BORINGSSL,TLSv1.2"})
  void theSameIsSeenWithEachOther(TlsEngine engine, String version) {
    assertNothingUnexplained(
        Conversations.pairs(engine, version).stream().map(pair -> () -> compare(pair)));
  }

  @Test
  void everyDifferenceHasAConversationThatShowsIt() {
    List<Conversation> all = Conversations.all();
    for (Difference difference : Difference.ALL) {
      assertTrue(all.stream().anyMatch(difference.where()), difference::toString);
    }
  }

  // ---- comparing

  private static void assertNothingUnexplained(Stream<Callable<List<String>>> comparisons) {
    List<Future<List<String>>> running = comparisons.map(threads::submit).toList();
    List<String> unexplained = new ArrayList<>();
    for (Future<List<String>> comparison : running) {
      try {
        unexplained.addAll(comparison.get());
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
    assertEquals("", String.join("\n", unexplained));
  }

  private static List<String> compare(Conversation conversation, Outcome there, Outcome here) {
    return Stream.of(Aspect.values())
        .map(aspect -> Difference.unexplained(conversation, aspect, there, here))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Reactor Netty with itself, and then each side of it with zloop at the other. */
  private static List<String> compare(Pair pair) throws Exception {
    PairOutcome there = hold(pair, netty, netty);
    PairOutcome ourServer = hold(pair, zloop, netty);
    PairOutcome ourClient = hold(pair, netty, zloop);
    List<String> unexplained = new ArrayList<>();
    unexplained.addAll(compare(pair.server(), there.server, ourServer.server));
    unexplained.addAll(compare(pair.client(), there.client, ourClient.client));
    for (Aspect aspect : Aspect.values()) {
      addIfDifferent(unexplained, pair.client(), aspect, there.client, ourServer.client);
      addIfDifferent(unexplained, pair.server(), aspect, there.server, ourClient.server);
    }
    return unexplained;
  }

  /** Reactor Netty is the same, whoever it talks to. */
  private static void addIfDifferent(
      List<String> unexplained, Conversation talk, Aspect aspect, Outcome one, Outcome other) {
    if (!one.of(aspect).equals(other.of(aspect))) {
      unexplained.add(
          talk
              + ": Reactor Netty's "
              + aspect
              + " is "
              + one.of(aspect)
              + " with itself, "
              + other.of(aspect)
              + " with zloop");
    }
  }

  // ---- conversations

  private static Outcome hold(Conversation conversation, Side side) throws Exception {
    Application application = new Application(conversation);
    PeerScript peer = new PeerScript(application);
    if (conversation.serves) {
      try (Side.Server server = side.serve(application);
          Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
        peer.run(socket);
        awaitEnd(application, side);
      }
    } else {
      try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
        listener.setSoTimeout((int) Await.PATIENCE.toMillis());
        side.connect(application, listener.getLocalPort());
        try (Socket socket = listener.accept()) {
          peer.run(socket);
        }
        awaitEnd(application, side);
      }
    }
    return application.outcome();
  }

  private record PairOutcome(Outcome server, Outcome client) {}

  private static PairOutcome hold(Pair pair, Side serving, Side connecting) {
    Application server = new Application(pair.server());
    Application client = new Application(pair.client());
    try (Side.Server bound = serving.serve(server)) {
      connecting.connect(client, bound.port());
      awaitEnd(client, connecting);
      awaitEnd(server, serving);
    }
    return new PairOutcome(server.outcome(), client.outcome());
  }

  private static void awaitEnd(Application application, Side side) {
    if (application.isConnected()
        || !application.conversation.serves
        || side.tellsServersOfFailures()) {
      Await.until("the end of " + application, application::isOver);
    }
  }
}
