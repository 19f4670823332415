package dev.zloop.reactor.udp;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.observation.Metering;
import dev.zloop.reactor.observation.WireLog;
import io.netty.handler.logging.LogLevel;
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
 * A UDP socket that is bound, receives from everybody and sends to anybody: to configure and to
 * bind. Immutable: each method returns a changed copy.
 *
 * <pre>{@code
 * UdpConnection echo =
 *     UdpServer.create()
 *         .host("127.0.0.1")
 *         .port(7000)
 *         .handle((in, out) -> out.send(in.receive().retain()))
 *         .bindNow();
 * }</pre>
 */
public final class UdpServer {
  private final UdpConfig config;

  private UdpServer(UdpConfig config) {
    this.config = config;
  }

  /** A socket on every address of this machine and a port of the kernel's choice. */
  public static UdpServer create() {
    return new UdpServer(new UdpConfig());
  }

  private UdpServer with(Consumer<UdpConfig> change) {
    return new UdpServer(config.with(change));
  }

  /** The host to bind to: a name or a literal. A name is resolved when the socket is bound. */
  public UdpServer host(String host) {
    Objects.requireNonNull(host, "host");
    return with(copy -> copy.host = host);
  }

  /** The port to bind to, 0 to 65535; 0 leaves the choice to the kernel. */
  public UdpServer port(int port) {
    UdpConfig.checkPort(port);
    return with(copy -> copy.port = port);
  }

  /** The address to bind to, instead of host and port. Asked for when the socket is bound. */
  public UdpServer bindAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.address = address);
  }

  /**
   * The loops of which one is to serve the socket; they remain the caller's to close. For more than
   * one loop can serve, bind several sockets with {@link UdpOption#SO_REUSEPORT}. Default: the
   * {@linkplain dev.zloop.reactor.Schedulers#sharedZLoopGroup shared group}.
   */
  public UdpServer runOn(ZLoopGroup loops) {
    Objects.requireNonNull(loops, "loops");
    ZLoopThreads.declareNonBlocking();
    return with(copy -> copy.loops = () -> loops);
  }

  /** As {@link #runOn(ZLoopGroup)}, with one loop. */
  public UdpServer runOn(ZLoop loop) {
    return runOn(ZLoopGroup.of(List.of(loop)));
  }

  /**
   * Whether datagrams are measured, with Micrometer and in its global registry: {@code
   * reactor.netty.udp.server.*}, with Reactor Netty's names and tags. So are the loops, as by
   * {@link dev.zloop.reactor.metrics.ZLoopMetrics}. Default: false.
   *
   * @throws UnsupportedOperationException if Micrometer is not there
   */
  public UdpServer metrics(boolean enable) {
    Metering metering = Metering.byMicrometer(enable, Metering.Of.UDP_SERVER);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether a recorder is told of what sockets do; it is asked for at once, and not at all if this
   * is false.
   */
  public UdpServer metrics(boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    Metering metering = Metering.by(enable, recorder);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether each socket is logged, under the name of this class, at the level DEBUG and with a
   * hexadecimal dump: its beginning and end, and all that it receives and sends. Default: false.
   */
  public UdpServer wiretap(boolean enable) {
    return enable ? wiretap(UdpServer.class.getName()) : with(copy -> copy.wiretap = null);
  }

  /** As {@link #wiretap(boolean)}, under another name. */
  public UdpServer wiretap(String category) {
    return wiretap(category, LogLevel.DEBUG);
  }

  /** As {@link #wiretap(String)}, at another level. */
  public UdpServer wiretap(String category, LogLevel level) {
    return wiretap(category, level, AdvancedByteBufFormat.HEX_DUMP);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form; text is in UTF-8. */
  public UdpServer wiretap(String category, LogLevel level, AdvancedByteBufFormat format) {
    return wiretap(category, level, format, StandardCharsets.UTF_8);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form, with text in another charset. */
  public UdpServer wiretap(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    WireLog wiretap = WireLog.of(category, level, format, charset);
    return with(copy -> copy.wiretap = wiretap);
  }

  /** Sets an option of the socket. */
  public <T> UdpServer option(UdpOption<T> option, T value) {
    var options = option.set(config.options, value);
    return with(copy -> copy.options = options);
  }

  /**
   * What to do with the socket, called on its loop, once. When the publisher completes, the socket
   * is disposed; when it fails, too, and {@link #doOnError} is told.
   */
  public UdpServer handle(
      BiFunction<? super UdpInbound, ? super UdpOutbound, ? extends Publisher<Void>> handler) {
    Objects.requireNonNull(handler, "handler");
    return with(copy -> copy.function = handler);
  }

  /** What hears of a failed handler, on the socket's loop. Default: the log. */
  public UdpServer doOnError(BiConsumer<? super UdpConnection, ? super Throwable> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onError = consumer);
  }

  /**
   * What hears, on the socket's loop, of datagrams that could not be sent, and of what the network
   * reports of earlier ones (ICMP), which ends nothing. The kernel tells the latter to connected
   * sockets, and not always. Default: the log, at DEBUG.
   */
  public UdpServer doOnSocketError(
      BiConsumer<? super UdpConnection, ? super NativeIoException> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onSocketError = consumer);
  }

  /** Called on the socket's loop once it is bound, before the handler and {@link #bind} tell. */
  public UdpServer doOnBound(Consumer<? super UdpConnection> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onOpened = consumer);
  }

  /**
   * Binds with each subscription, and tells the socket. Fails with a {@link NativeIoException} if
   * the kernel refuses the address, or an {@link java.net.UnknownHostException} if the host has
   * none.
   */
  public Mono<UdpConnection> bind() {
    return UdpOpening.bind(config);
  }

  /** As {@link #bindNow(Duration)}, with 45 seconds. */
  public UdpConnection bindNow() {
    return bindNow(Duration.ofSeconds(45));
  }

  /**
   * Binds, and waits until that is done.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait; if a loop was not
   *     started; or if it takes longer
   * @throws RuntimeException as {@link #bind} fails, with the {@link java.io.IOException} as cause
   */
  public UdpConnection bindNow(Duration timeout) {
    config.checkLoopsAreDriven();
    return bind().block(timeout);
  }
}
