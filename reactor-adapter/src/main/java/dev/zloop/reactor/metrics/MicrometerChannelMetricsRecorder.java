package dev.zloop.reactor.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Meters of Micrometer, with Reactor Netty's names and tags, so that dashboards carry over. A page
 * of the documentation, {@code docs/metrics.md}, has them all in a table.
 *
 * <p>The tag {@code remote.address} is, on a client, the host and port that it connects to; on a
 * server the peer's address without its port, which is a new one with each connection. Since a
 * meter stays for ever, peers shall not make as many as they like: after {@link #ADDRESSES_MAX}
 * addresses, the rest share the tag {@code other}.
 */
@SuppressWarnings("exports") // a registry is given by who has Micrometer
public final class MicrometerChannelMetricsRecorder implements ChannelMetricsRecorder {

  /** How many values the tag {@code remote.address} has at the most, before {@code other}. */
  public static final int ADDRESSES_MAX = 1000;

  private static final String NOT_PROXIED = "na";
  private static final String OTHERS = "other";

  private final String name;
  private final String protocol;
  private final boolean onServer;
  private final MeterRegistry registry;

  private final ConcurrentHashMap<Object, PeerMeters> peers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, LongAdder> connections = new ConcurrentHashMap<>();

  /** Of a server, with {@link Metrics#globalRegistry}. */
  public MicrometerChannelMetricsRecorder(String name, String protocol) {
    this(name, protocol, true);
  }

  /** With {@link Metrics#globalRegistry}. */
  public MicrometerChannelMetricsRecorder(String name, String protocol, boolean onServer) {
    this(name, protocol, onServer, Metrics.globalRegistry);
  }

  /**
   * @param name what the meters' names begin with: {@code reactor.netty.tcp.server}
   * @param protocol the value of the tag {@code uri}, as Reactor Netty has it: {@code tcp}
   */
  public MicrometerChannelMetricsRecorder(
      String name, String protocol, boolean onServer, MeterRegistry registry) {
    this.name = Objects.requireNonNull(name, "name");
    this.protocol = Objects.requireNonNull(protocol, "protocol");
    this.onServer = onServer;
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  @Override
  public void recordDataReceived(SocketAddress remoteAddress, long bytes) {
    peer(remoteAddress).received.record(bytes);
  }

  @Override
  public void recordDataSent(SocketAddress remoteAddress, long bytes) {
    peer(remoteAddress).sent.record(bytes);
  }

  @Override
  public void incrementErrorsCount(SocketAddress remoteAddress) {
    peer(remoteAddress).errors.increment();
  }

  @Override
  public void incrementErrorsCount(SocketAddress remoteAddress, Throwable cause) {
    incrementErrorsCount(remoteAddress);
    registry
        .counter(name + ".errors.kind", "uri", protocol, "kind", ErrorKind.of(cause))
        .increment();
  }

  @Override
  public void recordTlsHandshakeTime(SocketAddress remoteAddress, Duration time, String status) {
    time(".tls.handshake.time", peer(remoteAddress).tags.and("status", status), time);
  }

  @Override
  public void recordConnectTime(SocketAddress remoteAddress, Duration time, String status) {
    Tags tags = Tags.of("remote.address", peer(remoteAddress).address, "status", status);
    time(".connect.time", tags.and("proxy.address", NOT_PROXIED), time);
  }

  @Override
  public void recordResolveAddressTime(SocketAddress remoteAddress, Duration time, String status) {
    Tags tags = Tags.of("remote.address", peer(remoteAddress).address, "status", status);
    time(".address.resolver", tags, time);
  }

  private void time(String meter, Tags tags, Duration time) {
    Timer.builder(name + meter).tags(tags).register(registry).record(time);
  }

  @Override
  public void recordServerConnectionOpened(SocketAddress localAddress) {
    connections(localAddress).increment();
  }

  @Override
  public void recordServerConnectionClosed(SocketAddress localAddress) {
    connections(localAddress).decrement();
  }

  private LongAdder connections(SocketAddress localAddress) {
    return connections.computeIfAbsent(
        text(localAddress),
        address -> {
          LongAdder count = new LongAdder();
          Gauge.builder(name + ".connections.total", count, LongAdder::doubleValue)
              .tags("uri", protocol, "local.address", address)
              .register(registry);
          return count;
        });
  }

  // ---- peers

  private PeerMeters peer(SocketAddress address) {
    Object key =
        onServer && address instanceof InetSocketAddress inet && !inet.isUnresolved()
            ? inet.getAddress()
            : address;
    PeerMeters known = peers.get(key);
    if (known != null) {
      return known;
    }
    return peers.size() >= ADDRESSES_MAX
        ? peers.computeIfAbsent(OTHERS, several -> new PeerMeters(OTHERS))
        : peers.computeIfAbsent(key, unknown -> new PeerMeters(textOfPeer(address)));
  }

  private String textOfPeer(SocketAddress address) {
    return onServer && address instanceof InetSocketAddress inet
        ? inet.getHostString()
        : text(address);
  }

  private static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      return inet.getHostString() + ":" + inet.getPort();
    }
    String path = address.toString();
    return path.isEmpty() ? "unnamed" : path; // as a Unix client is that is bound to no path
  }

  /** What is measured with each message. */
  private final class PeerMeters {
    final String address;
    final Tags tags;
    final DistributionSummary received;
    final DistributionSummary sent;
    final Counter errors;

    PeerMeters(String address) {
      this.address = address;
      Tags plain = Tags.of("remote.address", address);
      this.tags = onServer ? plain : plain.and("proxy.address", NOT_PROXIED);
      this.received = summary(".data.received");
      this.sent = summary(".data.sent");
      this.errors =
          Counter.builder(name + ".errors").tags(tags.and("uri", protocol)).register(registry);
    }

    private DistributionSummary summary(String meter) {
      return DistributionSummary.builder(name + meter)
          .baseUnit("bytes")
          .tags(tags.and("uri", protocol))
          .register(registry);
    }
  }
}
