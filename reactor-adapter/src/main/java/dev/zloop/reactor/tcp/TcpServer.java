package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.observation.Metering;
import dev.zloop.reactor.observation.WireLog;
import dev.zloop.reactor.pipeline.ProxyHeaderReader;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsServerSettings;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import dev.zloop.reactor.tls.TlsServerSpec;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.ssl.SslContext;
import java.net.SocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * A reactive server on TCP or Unix sockets, to configure and to bind. Immutable: each method
 * returns a changed copy.
 *
 * <pre>{@code
 * DisposableServer server =
 *     TcpServer.create()
 *         .host("127.0.0.1")
 *         .port(7000)
 *         .handle((in, out) -> out.send(in.receive().retain()))
 *         .bindNow();
 * }</pre>
 */
public final class TcpServer {
  private final TcpConfig config;

  private TcpServer(TcpConfig config) {
    this.config = config;
  }

  /**
   * A server on every address of this machine, of IPv6 and IPv4, and a port of the kernel's choice.
   */
  public static TcpServer create() {
    return new TcpServer(new TcpConfig());
  }

  private TcpServer with(Consumer<TcpConfig> change) {
    return new TcpServer(config.with(change));
  }

  /** The host to bind to: a name or a literal. A name is resolved when the server is bound. */
  public TcpServer host(String host) {
    Objects.requireNonNull(host, "host");
    return with(copy -> copy.host = host);
  }

  /** The port to bind to, 0 to 65535; 0 leaves the choice to the kernel. */
  public TcpServer port(int port) {
    TcpConfig.checkPort(port);
    return with(copy -> copy.port = port);
  }

  /**
   * The address to bind to, instead of host and port: an {@link java.net.InetSocketAddress}, a
   * {@link java.net.UnixDomainSocketAddress} or an {@link
   * dev.zloop.nativereactor.AbstractUnixAddress}. Asked for when the server is bound.
   *
   * <p>An IPv6 address that stands for all, {@code ::}, takes IPv4 clients as well, unless {@link
   * SocketOption#IPV6_V6ONLY} is set. A path must not exist. The server removes it when it closes,
   * unless somebody else has bound it anew meanwhile; a server that is killed leaves it, and nobody
   * takes it away again but you: nothing tells for sure that no other server is about to use it.
   * Abstract names leave nothing.
   */
  public TcpServer bindAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.address = address);
  }

  /**
   * The loops to run on, which remain the caller's to close: one of them accepts, and hands each
   * connection to the one that has the fewest, where it stays for life. A loop that is closed by
   * itself gets no more; the server ends with the one that accepts. Default: the {@linkplain
   * dev.zloop.reactor.Schedulers#sharedZLoopGroup shared group}.
   */
  public TcpServer runOn(ZLoopGroup loops) {
    Objects.requireNonNull(loops, "loops");
    ZLoopThreads.declareNonBlocking();
    return with(copy -> copy.loops = () -> loops);
  }

  /** As {@link #runOn(ZLoopGroup)}, with one loop for everything. */
  public TcpServer runOn(ZLoop loop) {
    return runOn(ZLoopGroup.of(List.of(loop)));
  }

  /**
   * Whether each loop has a listening socket of its own, all on the same port, among which the
   * kernel chooses (socket(7), SO_REUSEPORT, which is set). For TCP, and for more new connections
   * than one loop can accept: accepting is spread then, but the loops are only about even. When a
   * loop is closed, the connections that wait on its socket are reset, although the server goes on;
   * it ends with the last loop. Default: false, one socket.
   */
  public TcpServer listenPerLoop(boolean perLoop) {
    return with(copy -> copy.listenPerLoop = perLoop);
  }

  /**
   * How many connections there may be at a time, on all loops together, with those that shake hands
   * or are being closed. One more is accepted and reset at once, so that its client knows; {@link
   * DisposableServer#refusedConnections} counts it, {@link #doOnRefused} hears of it, and the log
   * has a line at WARN for each episode: for the first, and again after 10 seconds without one.
   * Default: no maximum.
   *
   * @param max at least 1
   */
  public TcpServer maxConnections(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("maxConnections is " + max + ", expected at least 1");
    }
    return with(copy -> copy.connectionsMax = max);
  }

  /**
   * Called with the peer's address, null if it is gone already, for each connection that {@link
   * #maxConnections} refuses; on the loop that it would have lived on.
   */
  public TcpServer doOnRefused(Consumer<? super SocketAddress> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onRefused = consumer);
  }

  /**
   * What to do with each connection, called on its loop. When the publisher completes, what was
   * sent is flushed and the connection closed gracefully; when it fails, the connection is aborted
   * and {@link #doOnError} told. The end of the peer's output completes {@code receive()} and no
   * more, unless {@link #allowHalfClosure} says otherwise: writing stays open until the publisher
   * ends.
   */
  public TcpServer handle(
      BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> handler) {
    Objects.requireNonNull(handler, "handler");
    return with(copy -> copy.function = handler);
  }

  /**
   * Aborts a connection on which nothing has arrived for so long, although somebody asked for it:
   * while {@code receive()} has no demand, time does not count, since then it is not the peer who
   * is silent; nor does it during a handshake, which has a timeout of its own, or after the end of
   * the peer's output. {@code receive()}, and what is being sent, fails with an {@link
   * IdleTimeoutException}. Over TLS it is what TLS carries that counts. Default: never.
   *
   * <p>A byte now and then is no silence: for who must have said something within a time, there is
   * {@code in.receive()..timeout(..)}.
   *
   * @param timeout above 0
   */
  public TcpServer readIdleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withRead(timeout));
  }

  /**
   * As {@link #readIdleTimeout}, when so long the kernel has taken nothing of what is queued for
   * the peer: of one that does not read. While nothing is queued, time does not count.
   */
  public TcpServer writeIdleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withWrite(timeout));
  }

  /**
   * As {@link #readIdleTimeout}, when for so long nothing has arrived and nothing was sent, whoever
   * is to blame.
   */
  public TcpServer idleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withBoth(timeout));
  }

  /**
   * Whether a connection goes on when the peer has ended its output. If so, that completes {@code
   * receive()} and no more: writing stays open until the handler's publisher ends, or, without a
   * handler, until nothing is being sent. If not, the connection is then closed gracefully: what
   * the handler has sent by that time, in answer to the end too, is flushed, and the handler
   * cancelled. Default: true.
   */
  public TcpServer allowHalfClosure(boolean allow) {
    return with(copy -> copy.halfClosureAllowed = allow);
  }

  /** Speaks TLS, with a context that exists: {@code secure(tls -> tls.sslContext(context))}. */
  public TcpServer secure(SslContext context) {
    return secure(tls -> tls.sslContext(context));
  }

  /**
   * Speaks TLS on every connection, from its beginning. {@link #doOnConnection} and the handler are
   * called when the handshake is done; a handshake that fails ends the connection, and {@link
   * #doOnError} is told, with a {@link dev.zloop.reactor.tls.TlsException}.
   *
   * <p>What is sent and received, demand, half-close and close mean what they mean without. At the
   * peer's close_notify {@code receive()} completes; at an end without it, it fails. To write after
   * the peer's close_notify needs TLS 1.3 and the JDK's engine (RFC 8446, 6.1).
   *
   * <pre>{@code
   * TcpServer.create().secure(tls -> tls.certificate(Path.of("chain.pem"), Path.of("key.pem")))
   * }</pre>
   *
   * @throws IllegalArgumentException if the specification makes no sense, or its files cannot be
   *     used
   */
  public TcpServer secure(Consumer<? super TlsServerSpec> spec) {
    Tls tls = TlsServerSettings.of(spec);
    return with(copy -> copy.tls = tls);
  }

  /** As {@link #proxyProtocol(ProxyProtocolSupport, Duration)}, with 10 seconds. */
  public TcpServer proxyProtocol(ProxyProtocolSupport support) {
    return proxyProtocol(support, new TcpConfig().proxyHeaderTimeout);
  }

  /**
   * Whether connections begin with a PROXY header, version 1 or 2, before TLS if there is that. The
   * client that it names is then the {@linkplain Connection#address address} of the connection, and
   * {@link Connection#proxyHeader} has the rest. A connection that does not begin as it has to is
   * reset, and {@link #doOnError} told, with a {@link
   * dev.zloop.reactor.proxy.ProxyProtocolException}; one that ends before it has begun is not worth
   * a word. Takes {@code io.netty:netty-codec-haproxy}. Default: off.
   *
   * @param headerTimeout how long it may take until the header is complete; positive
   * @throws IllegalStateException if Netty's codec is not there
   */
  public TcpServer proxyProtocol(ProxyProtocolSupport support, Duration headerTimeout) {
    Objects.requireNonNull(support, "support");
    if (!headerTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "headerTimeout is " + headerTimeout + ", expected above 0");
    }
    if (support != ProxyProtocolSupport.OFF) {
      ProxyHeaderReader.requireCodec();
    }
    return with(copy -> {
      copy.proxyProtocol = support;
      copy.proxyHeaderTimeout = headerTimeout;
    });
  }

  /** What hears of failed handlers and handshakes, on the connection's loop. Default: the log. */
  public TcpServer doOnError(BiConsumer<? super Connection, ? super Throwable> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onError = consumer);
  }

  /**
   * Called with each connection, on its loop, before the handler. If it throws, the connection is
   * aborted, and the loop's error handler told.
   */
  public TcpServer doOnConnection(Consumer<? super Connection> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onConnection = consumer);
  }

  /** Called once the server is bound, before {@link #bind} tells. */
  public TcpServer doOnBound(Consumer<? super DisposableServer> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onBound = consumer);
  }

  /**
   * Whether connections are measured, with Micrometer and in its global registry: {@code
   * reactor.netty.tcp.server.*}, with Reactor Netty's names and tags. So are the loops, as by
   * {@link dev.zloop.reactor.metrics.ZLoopMetrics}. Default: false.
   *
   * @throws UnsupportedOperationException if Micrometer is not there
   */
  public TcpServer metrics(boolean enable) {
    Metering metering = Metering.byMicrometer(enable, Metering.Of.TCP_SERVER);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether a recorder is told of what connections do; it is asked for at once, and not at all if
   * this is false.
   */
  public TcpServer metrics(boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    Metering metering = Metering.by(enable, recorder);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether each connection is logged, under the name of this class, at the level DEBUG and with a
   * hexadecimal dump: its beginning and end, and all that it receives and sends. With TLS that is
   * what is within. Default: false.
   */
  public TcpServer wiretap(boolean enable) {
    return enable ? wiretap(TcpServer.class.getName()) : with(copy -> copy.wiretap = null);
  }

  /** As {@link #wiretap(boolean)}, under another name. */
  public TcpServer wiretap(String category) {
    return wiretap(category, LogLevel.DEBUG);
  }

  /** As {@link #wiretap(String)}, at another level. */
  public TcpServer wiretap(String category, LogLevel level) {
    return wiretap(category, level, AdvancedByteBufFormat.HEX_DUMP);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form; text is in UTF-8. */
  public TcpServer wiretap(String category, LogLevel level, AdvancedByteBufFormat format) {
    return wiretap(category, level, format, StandardCharsets.UTF_8);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form, with text in another charset. */
  public TcpServer wiretap(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    WireLog wiretap = WireLog.of(category, level, format, charset);
    return with(copy -> copy.wiretap = wiretap);
  }

  /** Sets an option of the listening socket. */
  public <T> TcpServer option(SocketOption<T> option, T value) {
    Settings settings = option.set(config.settings, value);
    return with(copy -> copy.settings = settings);
  }

  /** Sets an option of each connection. */
  public <T> TcpServer childOption(SocketOption<T> option, T value) {
    Settings settings = option.set(config.childSettings, value);
    return with(copy -> copy.childSettings = settings);
  }

  /**
   * Binds with each subscription, and tells the bound server. Fails with a {@link
   * dev.zloop.core.NativeIoException} if the kernel refuses the address, or an {@link
   * java.net.UnknownHostException} if the host has none.
   */
  public Mono<DisposableServer> bind() {
    return ServerBinding.bind(config);
  }

  /** As {@link #bindNow(Duration)}, with 45 seconds. */
  public DisposableServer bindNow() {
    return bindNow(Disposal.TIMEOUT);
  }

  /**
   * Binds, and waits until that is done.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait; if a loop was not
   *     started; or if it takes longer
   * @throws RuntimeException as {@link #bind} fails, with the {@link java.io.IOException} as cause
   */
  public DisposableServer bindNow(Duration timeout) {
    config.checkLoopsAreDriven();
    return bind().block(timeout);
  }

  /**
   * Binds as {@link #bindNow()}, and returns when the server is disposed, or the JVM exits. The JVM
   * then waits for the server's shutdown, as {@link DisposableServer#shutdownAtExit(Duration)} has
   * it.
   *
   * @param grace how long connections may take when the JVM exits, 0 or more
   * @param onStart gets the bound server; what it throws ends the server, with its connections, and
   *     is thrown here
   * @throws IllegalArgumentException if the grace is negative
   * @throws IllegalStateException as {@link #bindNow} has it, or if the JVM exits already
   */
  public void bindUntilJavaShutdown(Duration grace, Consumer<? super DisposableServer> onStart) {
    Objects.requireNonNull(onStart, "onStart");
    DisposableServer server = bindNow();
    try {
      server.shutdownAtExit(grace);
      onStart.accept(server);
    } catch (Throwable error) {
      server.shutdown(Duration.ZERO).subscribe();
      throw error;
    }
    server.onDispose().block();
  }
}
