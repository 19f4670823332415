package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.observation.Metering;
import dev.zloop.reactor.observation.WireLog;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsClientSettings;
import dev.zloop.reactor.tls.TlsClientSpec;
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
 * A reactive client on TCP or Unix sockets, to configure and to connect, as often as one likes.
 * Immutable: each method returns a changed copy.
 *
 * <pre>{@code
 * Connection connection = TcpClient.create().host("127.0.0.1").port(7000).connectNow();
 * connection.outbound().sendString(Mono.just("hello")).then().subscribe();
 * }</pre>
 */
public final class TcpClient {
  private final TcpConfig config;

  private TcpClient(TcpConfig config) {
    this.config = config;
  }

  /** A client of {@code localhost}, whose port is to be set. */
  public static TcpClient create() {
    return new TcpClient(new TcpConfig());
  }

  TcpConfig config() {
    return config;
  }

  private TcpClient with(Consumer<TcpConfig> change) {
    return new TcpClient(config.with(change));
  }

  /** The host to connect to: a name or a literal. A name is resolved with each connect. */
  public TcpClient host(String host) {
    Objects.requireNonNull(host, "host");
    return with(copy -> copy.host = host);
  }

  /** The port to connect to, 1 to 65535. */
  public TcpClient port(int port) {
    TcpConfig.checkPort(port);
    return with(copy -> copy.port = port);
  }

  /**
   * The address to connect to, instead of host and port: an {@link java.net.InetSocketAddress}, a
   * {@link java.net.UnixDomainSocketAddress} or an {@link
   * dev.zloop.nativereactor.AbstractUnixAddress}. Asked for with each connect.
   */
  public TcpClient remoteAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.address = address);
  }

  /** The address to connect from. Asked for with each connect. Default: the kernel's choice. */
  public TcpClient bindAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.localAddress = address);
  }

  /**
   * The loops to run on, which remain the caller's to close: each connection lives on one of them
   * for life. A connect that is subscribed to on one of these loops stays on that loop, so that
   * what a handler of a connection there fetches from elsewhere needs no other thread; and who
   * accepts evenly connects evenly. From any other thread the loops are taken in turn, which {@link
   * #runOn(ZLoop) runOn(loops.next())} does on their own threads too. Default: the {@linkplain
   * dev.zloop.reactor.Schedulers#sharedZLoopGroup shared group}.
   */
  public TcpClient runOn(ZLoopGroup loops) {
    Objects.requireNonNull(loops, "loops");
    ZLoopThreads.declareNonBlocking();
    return with(copy -> copy.loops = () -> loops);
  }

  /** As {@link #runOn(ZLoopGroup)}, with one loop for all connections, whoever connects. */
  public TcpClient runOn(ZLoop loop) {
    return runOn(ZLoopGroup.of(List.of(loop)));
  }

  /**
   * What to do with each connection, called on its loop. When the publisher completes, what was
   * sent is flushed and the connection closed gracefully; when it fails, the connection is aborted
   * and {@link #doOnError} told.
   */
  public TcpClient handle(
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
  public TcpClient readIdleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withRead(timeout));
  }

  /**
   * As {@link #readIdleTimeout}, when so long the kernel has taken nothing of what is queued for
   * the peer: of one that does not read. While nothing is queued, time does not count.
   */
  public TcpClient writeIdleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withWrite(timeout));
  }

  /**
   * As {@link #readIdleTimeout}, when for so long nothing has arrived and nothing was sent, whoever
   * is to blame.
   */
  public TcpClient idleTimeout(Duration timeout) {
    return with(copy -> copy.idle = copy.idle.withBoth(timeout));
  }

  /**
   * Whether a connection goes on when the peer has ended its output. If so, that completes {@code
   * receive()} and no more: writing stays open until the handler's publisher ends, or, without a
   * handler, until nothing is being sent. If not, the connection is then closed gracefully: what
   * the handler has sent by that time, in answer to the end too, is flushed, and the handler
   * cancelled. Default: true.
   */
  public TcpClient allowHalfClosure(boolean allow) {
    return with(copy -> copy.halfClosureAllowed = allow);
  }

  /**
   * Speaks TLS as the JDK would: with its list of authorities, and the host that is connected to.
   */
  public TcpClient secure() {
    return secure(tls -> {});
  }

  /** Speaks TLS, with a context that exists: {@code secure(tls -> tls.sslContext(context))}. */
  public TcpClient secure(SslContext context) {
    return secure(tls -> tls.sslContext(context));
  }

  /**
   * Speaks TLS on every connection, from its beginning. {@link #doOnConnected}, the handler and
   * {@link #connect} hear of a connection when its handshake is done; if that fails, the connect
   * does, with a {@link dev.zloop.reactor.tls.TlsException}. The server's certificate has to be for
   * the host that is connected to, unless told otherwise.
   *
   * <p>What is sent and received, demand, half-close and close mean what they mean without. At the
   * peer's close_notify {@code receive()} completes; at an end without it, it fails. To write after
   * the peer's close_notify needs TLS 1.3 and the JDK's engine (RFC 8446, 6.1).
   *
   * @throws IllegalArgumentException if the specification makes no sense, or its files cannot be
   *     used
   */
  public TcpClient secure(Consumer<? super TlsClientSpec> spec) {
    Tls tls = TlsClientSettings.of(spec);
    return with(copy -> copy.tls = tls);
  }

  /** What hears of failed handlers, on the connection's loop. Default: the log. */
  public TcpClient doOnError(BiConsumer<? super Connection, ? super Throwable> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onError = consumer);
  }

  /**
   * Called with each connection, on its loop, before the handler. If it throws, the connection is
   * aborted, and the connect fails with that.
   */
  public TcpClient doOnConnected(Consumer<? super Connection> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onConnection = consumer);
  }

  /**
   * Whether connections are measured, with Micrometer and in its global registry: {@code
   * reactor.netty.tcp.client.*}, with Reactor Netty's names and tags. So are the loops, as by
   * {@link dev.zloop.reactor.metrics.ZLoopMetrics}. Default: false.
   *
   * @throws UnsupportedOperationException if Micrometer is not there
   */
  public TcpClient metrics(boolean enable) {
    Metering metering = Metering.byMicrometer(enable, Metering.Of.TCP_CLIENT);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether a recorder is told of what connections do; it is asked for at once, and not at all if
   * this is false.
   */
  public TcpClient metrics(boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    Metering metering = Metering.by(enable, recorder);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether each connection is logged, under the name of this class, at the level DEBUG and with a
   * hexadecimal dump: its beginning and end, and all that it receives and sends. With TLS that is
   * what is within. Default: false.
   */
  public TcpClient wiretap(boolean enable) {
    return enable ? wiretap(TcpClient.class.getName()) : with(copy -> copy.wiretap = null);
  }

  /** As {@link #wiretap(boolean)}, under another name. */
  public TcpClient wiretap(String category) {
    return wiretap(category, LogLevel.DEBUG);
  }

  /** As {@link #wiretap(String)}, at another level. */
  public TcpClient wiretap(String category, LogLevel level) {
    return wiretap(category, level, AdvancedByteBufFormat.HEX_DUMP);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form; text is in UTF-8. */
  public TcpClient wiretap(String category, LogLevel level, AdvancedByteBufFormat format) {
    return wiretap(category, level, format, StandardCharsets.UTF_8);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form, with text in another charset. */
  public TcpClient wiretap(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    WireLog wiretap = WireLog.of(category, level, format, charset);
    return with(copy -> copy.wiretap = wiretap);
  }

  /** Sets an option of each connection. */
  public <T> TcpClient option(SocketOption<T> option, T value) {
    Settings settings = option.set(config.settings, value);
    return with(copy -> copy.settings = settings);
  }

  /**
   * Connects with each subscription, and tells the connection; cancelling it calls that off. The
   * addresses of a host race, each with a head start of 250 ms, IPv6 and IPv4 in turn (RFC 8305).
   * Fails with a {@link dev.zloop.core.NativeIoException} if none takes the connection in time, or
   * an {@link java.net.UnknownHostException} if the host has none.
   *
   * <p>A connection that is told at the moment of the cancel is, as with any mono, for {@code
   * Hooks.onNextDropped}.
   */
  public Mono<Connection> connect() {
    return ClientConnect.connect(config);
  }

  /** As {@link #connectNow(Duration)}, with 45 seconds. */
  public Connection connectNow() {
    return connectNow(Disposal.TIMEOUT);
  }

  /**
   * Connects, and waits until that is done.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait; if a loop was not
   *     started; or if it takes longer
   * @throws RuntimeException as {@link #connect} fails, with the {@link java.io.IOException} as
   *     cause
   */
  public Connection connectNow(Duration timeout) {
    config.checkLoopsAreDriven();
    return connect().block(timeout);
  }
}
