package dev.zloop.it.blockhound;

import static dev.zloop.it.blockhound.Plant.in;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.tls.TlsServerSpec;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** What is called on a loop for a connection over TLS. */
class PlantedInTlsIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static final SslContext SERVER =
      TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost")));
  private static final SslContext CLIENT = TlsEngine.build(TlsEngine.JDK.client());

  @TestFactory
  Stream<DynamicTest> aViolationIsCaughtIn() {
    return Stream.of(
        in(
            "a handler over TLS",
            plant ->
                told(
                    tls -> tls.sslContext(SERVER),
                    (in, out) -> {
                      plant.run();
                      return Mono.empty();
                    })),
        in(
            "an operator on what is received over TLS",
            plant ->
                told(
                    tls -> tls.sslContext(SERVER),
                    (in, out) -> in.receive().doOnNext(buffer -> plant.run()).then())),
        in(
            "a supplier of contexts",
            plant -> told(tls -> tls.sslContext(() -> plant.in(SERVER)), echo())),
        in(
            "a lookup by the name that is asked for",
            plant ->
                told(
                    tls -> tls.serverNames((name, promise) -> promise.setSuccess(plant.in(SERVER))),
                    echo())),
        in(
            "what configures a connection's handler",
            plant -> told(tls -> tls.sslContext(SERVER).handler(handler -> plant.run()), echo())),
        in("what begins TLS midway", PlantedInTlsIT::onStartTls));
  }

  private static BiFunction<Inbound, Outbound, Publisher<Void>> echo() {
    return (in, out) -> out.send(in.receive().retain());
  }

  private static Throwable told(
      Consumer<TlsServerSpec> spec,
      BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> handler) {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    TcpServer server =
        LOOPS
            .server()
            .secure(spec)
            .handle(handler)
            .doOnError((connection, error) -> heard.complete(error));
    DisposableServer bound = server.bindNow();
    Mono<Connection> client = LOOPS.client(bound.port()).host("localhost").secure(CLIENT).connect();
    CompletableFuture<Void> said =
        client
            .flatMap(connection ->
                connection
                    .outbound()
                    .sendString(Mono.just("x"))
                    .then()
                    .then(connection.onDispose()))
            .onErrorComplete()
            .toFuture();
    Throwable error = Await.completion(heard);
    Await.completion(said);
    bound.disposeNow();
    return error;
  }

  private static Throwable onStartTls(Plant plant) {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection ->
                connection
                    .startTlsAsServer(tls -> tls.sslContext(() -> plant.in(SERVER)))
                    .subscribe(session -> {}, heard::complete))
            .handle((in, out) -> out.neverComplete())
            .doOnError((connection, error) -> {})
            .bindNow();
    Connection client = LOOPS.client(server.port()).host("localhost").connectNow();
    client.startTlsAsClient(tls -> tls.sslContext(CLIENT)).onErrorComplete().subscribe();
    Throwable error = Await.completion(heard);
    client.abort();
    server.disposeNow();
    return error;
  }
}
