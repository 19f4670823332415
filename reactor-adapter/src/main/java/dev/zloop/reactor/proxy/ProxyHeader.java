package dev.zloop.reactor.proxy;

import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a proxy said of a connection that it passes on. Immutable. It is as true as the proxy is to
 * be trusted.
 */
public final class ProxyHeader {
  private final SocketAddress proxyAddress;
  private final SocketAddress sourceAddress;
  private final SocketAddress destinationAddress;
  private final Map<Integer, byte[]> values;

  /**
   * @param proxyAddress the socket's peer
   * @param values what goes with the addresses, by type
   */
  public ProxyHeader(
      SocketAddress proxyAddress,
      SocketAddress sourceAddress,
      SocketAddress destinationAddress,
      Map<Integer, byte[]> values) {
    this.proxyAddress = proxyAddress;
    this.sourceAddress = sourceAddress;
    this.destinationAddress = destinationAddress;
    this.values = new LinkedHashMap<>();
    values.forEach((type, value) -> this.values.put(type, value.clone()));
  }

  /** The proxy's own address. */
  public SocketAddress proxyAddress() {
    return proxyAddress;
  }

  /** The client's address, which {@code Connection.address()} has as well. */
  public SocketAddress sourceAddress() {
    return sourceAddress;
  }

  /** The address that the client connected to. */
  public SocketAddress destinationAddress() {
    return destinationAddress;
  }

  /**
   * The types of the values that came with the addresses, 0 to 255 (version 2, section 2.2: 0x01 is
   * the ALPN, 0x02 the host that the client asked for, 0x05 a unique id, 0x20 what the client's TLS
   * was, whose parts stand beside it).
   */
  public Set<Integer> types() {
    return Set.copyOf(values.keySet());
  }

  /** The value of a type; the first, if there are several. */
  public Optional<byte[]> value(int type) {
    return Optional.ofNullable(values.get(type)).map(byte[]::clone);
  }

  @Override
  public String toString() {
    return sourceAddress + " - " + destinationAddress + " by " + proxyAddress;
  }
}
