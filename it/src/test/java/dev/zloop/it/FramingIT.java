package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.FrameTooLongException;
import dev.zloop.reactor.tcp.LengthField;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Framing on real loops, in plaintext and over TLS; {@code NothingLeaks} looks what is left. */
class FramingIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static final int COUNT = 300;
  private static final String LINE =
      "a line of a thousand characters".repeat(40).substring(0, 1000);

  private static TcpServer server(boolean tls) {
    return tls
        ? LOOPS
            .server()
            .secure(
                TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost"))))
        : LOOPS.server();
  }

  private static Connection connect(DisposableServer server, boolean tls) {
    TcpClient client = LOOPS.client(server.port());
    return (tls ? client.host("localhost").secure(TlsEngine.build(TlsEngine.JDK.client())) : client)
        .connectNow();
  }

  /** As in HTTP: a line that says how many bytes follow. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aProtocolOfLinesAndBodiesIsReadPieceByPiece(boolean tls) {
    DisposableServer server =
        server(tls)
            .handle((in, out) ->
                out.send(
                    Mono.defer(() -> in.receive().lines(9).next())
                        .flatMap(line ->
                            in.receive().fixedLength(Integer.parseInt(line)).retain().next())
                        .repeat(COUNT - 1)))
            .bindNow();
    StringBuilder sent = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= COUNT; i++) {
      String body = Integer.toString(i).repeat(i);
      sent.append(body.length()).append("\r\n").append(body);
      expected.append(body);
    }
    Connection client = connect(server, tls);
    client.outbound().sendString(Flux.just(sent.toString())).then().subscribe();
    assertEquals(
        expected.toString(), Await.completion(client.inbound().receive().aggregate().asString()));
    client.disposeNow();
    server.disposeNow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrameThatIsTooLongFailsTheHandlerAndEndsTheConnection(boolean tls) {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    DisposableServer server =
        server(tls)
            .handle((in, out) -> in.receive().lines(80).then())
            .doOnError((connection, error) -> failure.complete(error))
            .bindNow();
    Connection client = connect(server, tls);
    client.outbound().sendString(Mono.just("x".repeat(1000))).then().subscribe(null, e -> {});
    Failures.assertMentions(
        Failures.of(FrameTooLongException.class, Mono.fromFuture(failure).flatMap(Mono::error)),
        "the maximum of 80 bytes that lines(80) has",
        "raise the maximum");
    client.inbound().receive().subscribe(null, reset -> {});
    Await.completion(client.onDispose());
    server.disposeNow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void framesMayBeUsedOnAnotherThread(boolean tls) {
    DisposableServer server =
        server(tls)
            .handle((in, out) -> out.sendByteArray(Flux.range(0, COUNT).map(FramingIT::frame)))
            .bindNow();
    Connection client = connect(server, tls);
    List<Integer> lengths =
        Await.completion(
            client
                .inbound()
                .receive()
                .lengthField(LengthField.of(3, 100_003))
                .retain()
                .publishOn(Schedulers.parallel())
                .map(FramingIT::lengthOf)
                .collectList());
    assertEquals(Flux.range(0, COUNT).collectList().block(), lengths);
    client.disposeNow();
    server.disposeNow();
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[3 + length];
    frame[1] = (byte) (length >> 8);
    frame[2] = (byte) length;
    return frame;
  }

  private static int lengthOf(ByteBuf frame) {
    int length = frame.readableBytes();
    frame.release();
    return length;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterACancelOnAnotherThreadTheNextMaySubscribeAtOnce(boolean tls) {
    DisposableServer server =
        server(tls)
            .handle((in, out) -> out.sendString(Flux.generate(sink -> sink.next(LINE + "\n"))))
            .bindNow();
    Connection client = connect(server, tls);
    for (int i = 0; i < 20; i++) {
      CompletableFuture<String> first = new CompletableFuture<>();
      Disposable cancelled =
          client
              .inbound()
              .receive()
              .lines(1000)
              .subscribe(first::complete, first::completeExceptionally);
      assertEquals(LINE, Await.completion(first));
      cancelled.dispose();
    }
    client.abort();
    Await.completion(client.onDispose());
    server.disposeNow();
  }
}
