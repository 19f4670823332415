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
 * A UDP socket that is connected: it sends to one peer and receives from no other. To configure and
 * to connect. Immutable: each method returns a changed copy. A socket that talks to several is a
 * {@link UdpServer}, on port 0.
 *
 * <pre>{@code
 * UdpConnection client = UdpClient.create().host("127.0.0.1").port(7000).connectNow();
 * Mono<String> answer =
 *     client.outbound().sendString(Mono.just("hello")).then()
 *         .then(client.inbound().receive().asString().next());
 * }</pre>
 */
public final class UdpClient {
  private final UdpConfig config;

  private UdpClient(UdpConfig config) {
    this.config = config;
  }

  /** A socket to localhost, from an address and a port of the kernel's choice. */
  public static UdpClient create() {
    return new UdpClient(new UdpConfig());
  }

  private UdpClient with(Consumer<UdpConfig> change) {
    return new UdpClient(config.with(change));
  }

  /** The peer's host: a name or a literal. A name is resolved with each connect. */
  public UdpClient host(String host) {
    Objects.requireNonNull(host, "host");
    return with(copy -> copy.host = host);
  }

  /** The peer's port, 1 to 65535. */
  public UdpClient port(int port) {
    UdpConfig.checkPort(port);
    return with(copy -> copy.port = port);
  }

  /** The peer's address, instead of host and port. Asked for with each connect. */
  public UdpClient remoteAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.address = address);
  }

  /** Where to send from, resolved. Asked for with each connect. Default: the kernel's choice. */
  public UdpClient bindAddress(Supplier<? extends SocketAddress> address) {
    Objects.requireNonNull(address, "address");
    return with(copy -> copy.localAddress = address);
  }

  /**
   * The loops of which one is to serve each socket; they remain the caller's to close. A connect on
   * one of them stays there. Default: the {@linkplain dev.zloop.reactor.Schedulers#sharedZLoopGroup
   * shared group}.
   */
  public UdpClient runOn(ZLoopGroup loops) {
    Objects.requireNonNull(loops, "loops");
    ZLoopThreads.declareNonBlocking();
    return with(copy -> copy.loops = () -> loops);
  }

  /** As {@link #runOn(ZLoopGroup)}, with one loop. */
  public UdpClient runOn(ZLoop loop) {
    return runOn(ZLoopGroup.of(List.of(loop)));
  }

  /**
   * Whether datagrams are measured, with Micrometer and in its global registry: {@code
   * reactor.netty.udp.client.*}, with Reactor Netty's names and tags. So are the loops, as by
   * {@link dev.zloop.reactor.metrics.ZLoopMetrics}. Default: false.
   *
   * @throws UnsupportedOperationException if Micrometer is not there
   */
  public UdpClient metrics(boolean enable) {
    Metering metering = Metering.byMicrometer(enable, Metering.Of.UDP_CLIENT);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether a recorder is told of what sockets do; it is asked for at once, and not at all if this
   * is false.
   */
  public UdpClient metrics(boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    Metering metering = Metering.by(enable, recorder);
    return with(copy -> copy.metering = metering);
  }

  /**
   * Whether each socket is logged, under the name of this class, at the level DEBUG and with a
   * hexadecimal dump: its beginning and end, and all that it receives and sends. Default: false.
   */
  public UdpClient wiretap(boolean enable) {
    return enable ? wiretap(UdpClient.class.getName()) : with(copy -> copy.wiretap = null);
  }

  /** As {@link #wiretap(boolean)}, under another name. */
  public UdpClient wiretap(String category) {
    return wiretap(category, LogLevel.DEBUG);
  }

  /** As {@link #wiretap(String)}, at another level. */
  public UdpClient wiretap(String category, LogLevel level) {
    return wiretap(category, level, AdvancedByteBufFormat.HEX_DUMP);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form; text is in UTF-8. */
  public UdpClient wiretap(String category, LogLevel level, AdvancedByteBufFormat format) {
    return wiretap(category, level, format, StandardCharsets.UTF_8);
  }

  /** As {@link #wiretap(String, LogLevel)}, in another form, with text in another charset. */
  public UdpClient wiretap(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    WireLog wiretap = WireLog.of(category, level, format, charset);
    return with(copy -> copy.wiretap = wiretap);
  }

  /** Sets an option of the socket. */
  public <T> UdpClient option(UdpOption<T> option, T value) {
    var options = option.set(config.options, value);
    return with(copy -> copy.options = options);
  }

  /**
   * What to do with the socket, called on its loop, once. When the publisher completes, the socket
   * is disposed; when it fails, too, and {@link #doOnError} is told.
   */
  public UdpClient handle(
      BiFunction<? super UdpInbound, ? super UdpOutbound, ? extends Publisher<Void>> handler) {
    Objects.requireNonNull(handler, "handler");
    return with(copy -> copy.function = handler);
  }

  /** What hears of a failed handler, on the socket's loop. Default: the log. */
  public UdpClient doOnError(BiConsumer<? super UdpConnection, ? super Throwable> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onError = consumer);
  }

  /**
   * What hears, on the socket's loop, of datagrams that could not be sent, and of what the network
   * reports of earlier ones (ICMP): ECONNREFUSED where nobody has the peer's port. It ends nothing:
   * the peer may come. The kernel does not always tell. Default: the log, at DEBUG.
   */
  public UdpClient doOnSocketError(
      BiConsumer<? super UdpConnection, ? super NativeIoException> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onSocketError = consumer);
  }

  /** Called on the socket's loop once it is connected, before the handler and the subscriber. */
  public UdpClient doOnConnected(Consumer<? super UdpConnection> consumer) {
    Objects.requireNonNull(consumer, "consumer");
    return with(copy -> copy.onOpened = consumer);
  }

  /**
   * Connects with each subscription, which asks the peer nothing, and tells the socket. Fails with
   * a {@link NativeIoException} if the kernel refuses, as when there is no route, or an {@link
   * java.net.UnknownHostException} if the host has no address.
   */
  public Mono<UdpConnection> connect() {
    return UdpOpening.connect(config);
  }

  /** As {@link #connectNow(Duration)}, with 45 seconds. */
  public UdpConnection connectNow() {
    return connectNow(Duration.ofSeconds(45));
  }

  /**
   * Connects, and waits until that is done.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait; if a loop was not
   *     started; or if it takes longer
   * @throws RuntimeException as {@link #connect} fails, with the {@link java.io.IOException} as
   *     cause
   */
  public UdpConnection connectNow(Duration timeout) {
    config.checkLoopsAreDriven();
    return connect().block(timeout);
  }
}
