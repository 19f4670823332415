package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenBuffers;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.tls.Meddler.Meddling;
import dev.zloop.it.tls.Meddler.Plan;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Somebody between a client and a server cuts or changes what they say, wherever it is: both come
 * to their end, nothing is left, and no one takes what has arrived for the whole that was sent.
 */
class MeddlerIT {
  private static final int LENGTH = 3000;
  private static final int AT_ONCE = 16;

  /** From one place of the conversation to the next where something is done; all in the end. */
  private static final int STEP = 61;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

  @AfterEach
  void noBufferIsLeft() {
    OpenBuffers.awaitNone();
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "BORINGSSL,TLSv1.2", "BORINGSSL,TLSv1.3"})
  void whateverIsDoneBetweenThemBothEndAndNoneIsDeceived(TlsEngine engine, String protocol)
      throws IOException {
    OpenDescriptors before = OpenDescriptors.now();
    DisposableServer server =
        LOOPS
            .server()
            .doOnError((connection, error) -> {})
            .secure(spec ->
                spec.sslContext(
                        TlsEngine.build(
                            engine
                                .server(Certificates.TRUSTED.forNames("localhost"))
                                .protocols(protocol)))
                    .handshakeTimeout(Duration.ofSeconds(2)))
            .handle((in, out) -> out.send(Pattern.DEFAULT.buffers(LENGTH, 1000)).then())
            .bindNow();
    TcpClient client =
        LOOPS
            .client(1)
            .host("localhost")
            .secure(spec ->
                spec.sslContext(TlsEngine.build(engine.client()))
                    .handshakeTimeout(Duration.ofSeconds(2)));
    List<Plan> plans = plansFor(client, server);
    Await.completion(
        Flux.fromIterable(plans)
            .flatMap(
                plan ->
                    Mono.fromRunnable(() -> talk(client, server, plan))
                        .subscribeOn(Schedulers.boundedElastic()),
                AT_ONCE)
            .then());
    assertEquals(List.of(), List.copyOf(wrong));
    assertEquals(LENGTH, talk(client, server, new Plan(Meddling.NOTHING, false, 0)));
    server.disposeNow();
    Await.until("no descriptors", () -> OpenDescriptors.now().isWithin(before));
  }

  /** One conversation, left alone, says how long it is. */
  private List<Plan> plansFor(TcpClient client, DisposableServer server) throws IOException {
    List<Plan> plans = new ArrayList<>();
    try (Meddler meddler = new Meddler(server.address(), new Plan(Meddling.NOTHING, false, 0))) {
      assertEquals(LENGTH, talk(client.port(meddler.port()), Meddling.NOTHING));
      for (Meddling meddling : List.of(Meddling.RESET, Meddling.END, Meddling.CHANGE)) {
        for (boolean toServer : new boolean[] {true, false}) {
          long length = meddler.carried(toServer);
          for (long offset = 0; offset < length; offset += offset < 12 ? 1 : STEP) {
            plans.add(new Plan(meddling, toServer, offset));
          }
          plans.add(new Plan(meddling, toServer, length - 1));
        }
      }
    }
    return plans;
  }

  private long talk(TcpClient client, DisposableServer server, Plan plan) {
    try (Meddler meddler = new Meddler(server.address(), plan)) {
      return talk(client.port(meddler.port()), plan.meddling());
    } catch (Throwable error) {
      wrong.add(new AssertionError(plan.toString(), error));
      return -1;
    }
  }

  /** How much the client took for all; or -1 if it knew that it was not. */
  private static long talk(TcpClient client, Meddling meddling) {
    Checker checker = new Checker();
    Connection connection;
    try {
      connection = Await.completion(client.connect().cast(Connection.class));
    } catch (RuntimeException refused) {
      return -1;
    }
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    connection
        .inbound()
        .receive()
        .doOnNext(checker)
        .then()
        .subscribe(nothing -> {}, error -> end.complete(false), () -> end.complete(true));
    // A changed length makes the other side wait for what never comes; nothing but time ends it.
    Duration patience = meddling == Meddling.CHANGE ? Duration.ofSeconds(1) : Await.PATIENCE;
    boolean whole = Await.comesTrue(end::isDone, patience) && end.join();
    connection.disposeNow(Await.PATIENCE);
    assertTrue(
        !whole || checker.received() == LENGTH, () -> "taken for all: " + checker.received());
    return whole ? checker.received() : -1;
  }
}
