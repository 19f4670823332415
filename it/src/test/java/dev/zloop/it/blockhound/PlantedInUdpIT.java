package dev.zloop.it.blockhound;

import static dev.zloop.it.blockhound.Plant.in;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.udp.UdpClient;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpInbound;
import dev.zloop.reactor.udp.UdpOutbound;
import dev.zloop.reactor.udp.UdpServer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** What is called on a loop for a socket of UDP. */
class PlantedInUdpIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @TestFactory
  Stream<DynamicTest> aViolationIsCaughtIn() {
    return Stream.of(
        in(
            "a handler of datagrams",
            plant ->
                told((in, out) -> {
                  plant.run();
                  return Mono.empty();
                })),
        in(
            "an operator on datagrams",
            plant -> told((in, out) -> in.receive().doOnNext(buffer -> plant.run()).then())),
        in(
            "a publisher that is sent as datagrams",
            plant -> told((in, out) -> out.sendString(Mono.fromSupplier(() -> plant.in("x"))))),
        in(
            "doOnBound of UDP",
            plant -> Failures.of(Throwable.class, server().doOnBound(bound -> plant.run()).bind())),
        in(
            "doOnConnected of UDP",
            plant ->
                Failures.of(
                    Throwable.class, client(1).doOnConnected(socket -> plant.run()).connect())));
  }

  private static UdpServer server() {
    return UdpServer.create().host("127.0.0.1").port(0).runOn(LOOPS.group());
  }

  private static UdpClient client(int port) {
    return UdpClient.create().host("127.0.0.1").port(port).runOn(LOOPS.group());
  }

  /** What a server tells its doOnError that got a datagram. */
  private static Throwable told(
      BiFunction<? super UdpInbound, ? super UdpOutbound, ? extends Publisher<Void>> handler) {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    UdpConnection server =
        server().handle(handler).doOnError((socket, error) -> heard.complete(error)).bindNow();
    UdpConnection client = client(server.port()).connectNow();
    client.outbound().sendString(Mono.just("x")).then().subscribe();
    Throwable error = Await.completion(heard);
    client.disposeNow();
    server.disposeNow();
    return error;
  }
}
