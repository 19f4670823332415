package dev.zloop.it.blockhound;

import static dev.zloop.it.blockhound.Plant.in;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.ConnectionPool;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.logging.LogLevel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a server or a client calls on a loop, for each connection. */
class PlantedInTcpIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @TestFactory
  Stream<DynamicTest> aViolationIsCaughtIn() {
    return Stream.of(
            receiving(), sending(), callbacksOfServers(), callbacksOfConnections(), clients())
        .flatMap(tests -> tests);
  }

  // ---- handlers

  private static Stream<DynamicTest> receiving() {
    return Stream.of(
        in(
            "a handler",
            plant ->
                told((in, out) -> {
                  plant.run();
                  return Mono.empty();
                })),
        in(
            "an operator on what is received",
            plant -> told((in, out) -> in.receive().doOnNext(buffer -> plant.run()).then())),
        in(
            "an operator on text",
            plant -> told((in, out) -> in.receive().asString().map(plant::in).then())),
        in(
            "an operator on lines",
            plant -> told((in, out) -> in.receive().lines(10).map(plant::in).then())),
        in(
            "a decoder",
            plant ->
                told((in, out) ->
                    in.receive().decode(() -> new PlantedDecoder(plant), String.class).then())),
        in(
            "a supplier of decoders",
            plant ->
                told((in, out) ->
                    in.receive()
                        .decode(() -> plant.in(new PlantedDecoder(plant)), String.class)
                        .then())));
  }

  private static Stream<DynamicTest> sending() {
    return Stream.of(
        in(
            "a publisher that is sent",
            plant -> told((in, out) -> out.sendString(Mono.fromSupplier(() -> plant.in("x"))))),
        in(
            "an encoder",
            plant ->
                told((in, out) ->
                    out.send(in.receive().asString().map(plant::in).map(PlantedInTcpIT::encode)))),
        in(
            "a predicate that flushes",
            plant -> told((in, out) -> out.send(Flux.just(encode("x")), buffer -> plant.in(true)))),
        in("a cleanup", plant -> told((in, out) -> out.then(Mono.empty(), plant))),
        in(
            "what follows what is sent",
            plant -> told((in, out) -> out.sendString(Mono.just("x")).then(runs(plant)))));
  }

  private static ByteBuf encode(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private static Mono<Void> runs(Plant plant) {
    return Mono.fromRunnable(plant);
  }

  /** Reads all, and calls the plant. */
  private static final class PlantedDecoder extends ByteToMessageDecoder {
    private final Plant plant;

    PlantedDecoder(Plant plant) {
      this.plant = plant;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> decoded) {
      bytes.skipBytes(bytes.readableBytes());
      plant.run();
    }
  }

  // ---- servers

  private static Stream<DynamicTest> callbacksOfServers() {
    return Stream.of(
        in(
            "doOnConnection",
            plant -> reported(LOOPS.echoServer().doOnConnection(connection -> plant.run()))),
        in(
            "doOnBound",
            plant ->
                Failures.of(
                    Throwable.class, LOOPS.echoServer().doOnBound(bound -> plant.run()).bind())),
        in(
            "doOnError",
            plant ->
                logged(
                    LOOPS
                        .server()
                        .handle((in, out) -> Mono.error(new IllegalStateException("on purpose")))
                        .doOnError((connection, error) -> plant.run()))),
        in("doOnRefused", PlantedInTcpIT::onRefused),
        in(
            "a metrics recorder",
            plant -> reported(LOOPS.echoServer().metrics(true, () -> recorder(plant)))),
        in("a logger of the wiretap", PlantedInTcpIT::onWiretap));
  }

  private static Throwable onRefused(Plant plant) throws IOException {
    DisposableServer server =
        LOOPS.echoServer().maxConnections(1).doOnRefused(peer -> plant.run()).bindNow();
    try (Peer first = Peer.connect(server.address())) {
      first.send("x");
      first.receiveText(1);
      Peer.connect(server.address()).close();
      return LOOPS.awaitError();
    } finally {
      server.disposeNow();
    }
  }

  private static ChannelMetricsRecorder recorder(Plant plant) {
    return (ChannelMetricsRecorder)
        Proxy.newProxyInstance(
            PlantedInTcpIT.class.getClassLoader(),
            new Class<?>[] {ChannelMetricsRecorder.class},
            (proxy, method, arguments) -> plant.in((Object) null));
  }

  private static Throwable onWiretap(Plant plant) throws IOException {
    Logger logger = Logger.getLogger("it.wiretap");
    Handler handler = new PlantedLog(plant);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      return reported(LOOPS.echoServer().wiretap("it.wiretap", LogLevel.ERROR));
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static final class PlantedLog extends Handler {
    private final Plant plant;

    PlantedLog(Plant plant) {
      this.plant = plant;
    }

    @Override
    public void publish(LogRecord line) {
      plant.run();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  // ---- connections

  private static Stream<DynamicTest> callbacksOfConnections() {
    return Stream.of(
        in(
            "withConnection",
            plant ->
                told((in, out) -> {
                  in.withConnection(connection -> plant.run());
                  return out.neverComplete();
                })),
        in(
            "onReadIdle",
            plant ->
                reported(with(connection -> connection.onReadIdle(Duration.ofMillis(1), plant)))),
        in(
            "onWriteIdle",
            plant ->
                reported(with(connection -> connection.onWriteIdle(Duration.ofMillis(1), plant)))),
        in(
            "onDispose",
            plant ->
                reported(
                    with(connection -> {
                      connection.onDispose(plant::run);
                      connection.abort();
                    }))),
        in(
            "an operator on onDispose",
            plant ->
                reported(
                    with(connection -> {
                      connection.onDispose().subscribe(null, null, plant);
                      connection.abort();
                    }))));
  }

  private static TcpServer with(Consumer<Connection> action) {
    return LOOPS
        .server()
        .handle((in, out) -> {
          in.withConnection(action);
          return in.receive().then();
        });
  }

  // ---- clients

  private static Stream<DynamicTest> clients() {
    return Stream.of(
        in(
            "doOnConnected",
            plant ->
                onEcho(server ->
                    Failures.of(
                        Throwable.class,
                        LOOPS
                            .client(server.port())
                            .doOnConnected(connection -> plant.run())
                            .connect()))),
        in(
            "a client's handler",
            plant ->
                onEcho(server -> {
                  CompletableFuture<Throwable> heard = new CompletableFuture<>();
                  LOOPS
                      .client(server.port())
                      .doOnError((connection, error) -> heard.complete(error))
                      .handle((in, out) ->
                          out.sendString(Mono.just("x"))
                              .then(in.receive().doOnNext(buffer -> plant.run()).then()))
                      .connectNow();
                  return Await.completion(heard);
                })),
        in(
            "an operator on connect",
            plant ->
                onEcho(server ->
                    Failures.of(
                        Throwable.class,
                        LOOPS
                            .client(server.port())
                            .connect()
                            .doOnNext(Connection::dispose)
                            .doOnNext(connection -> plant.run())))),
        in(
            "what uses a pool",
            plant ->
                onEcho(server -> {
                  ConnectionPool pool = ConnectionPool.builder(LOOPS.client(server.port())).build();
                  try {
                    return Failures.of(
                        Throwable.class,
                        pool.use(connection -> plant.in(Mono.<String>empty())).then());
                  } finally {
                    pool.dispose();
                  }
                })));
  }

  /** What somebody does with an echo server. */
  @FunctionalInterface
  private interface Use {
    Throwable of(DisposableServer server) throws Exception;
  }

  private static Throwable onEcho(Use use) throws Exception {
    DisposableServer server = LOOPS.echoServer().bindNow();
    try {
      return use.of(server);
    } finally {
      server.disposeNow();
    }
  }

  // ---- where it is heard

  private static Throwable told(
      BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> handler)
      throws IOException {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    return visited(
        LOOPS.server().handle(handler).doOnError((connection, error) -> heard.complete(error)),
        () -> Await.completion(heard));
  }

  private static Throwable reported(TcpServer server) throws IOException {
    return visited(server, LOOPS::awaitError);
  }

  private static Throwable logged(TcpServer server) throws IOException {
    try (CapturedLog log = CapturedLog.of(TcpServer.class)) {
      return visited(
          server,
          () -> {
            Await.until("the log line", () -> !log.records().isEmpty());
            return log.records().getFirst().getThrown();
          });
    }
  }

  /** What is heard of a server when somebody has come and said a line. */
  private static Throwable visited(TcpServer server, Supplier<Throwable> heard) throws IOException {
    DisposableServer bound = server.bindNow();
    try (Peer peer = Peer.connect(bound.address())) {
      say(peer);
      return heard.get();
    } finally {
      bound.disposeNow();
    }
  }

  private static void say(Peer peer) {
    try {
      peer.send("x\n");
    } catch (IOException gone) {
      // by now, where the callback comes first and ends the connection
    }
  }
}
