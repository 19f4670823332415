package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.proxy.ProxyProtocolException;
import dev.zloop.reactor.stream.ByteStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A whole PROXY header, by Netty's decoder, which lives in a channel of its own for it. */
final class ProxyHeaderDecoder implements PipelineChannel.Owner {

  /** Which is enough for what the peer has to do with it. */
  private static final int QUOTED_CHARACTERS_MAX = 200;

  private HAProxyMessage message;
  private Throwable failure;

  private ProxyHeaderDecoder() {}

  /**
   * Decodes a header.
   *
   * @param header which is taken
   * @return what it says; nothing, if the proxy speaks for itself (LOCAL), or does not know for
   *     whom
   * @throws ProxyProtocolException if it is none
   */
  static Optional<ProxyHeader> decode(ByteStream socket, ByteBuf header)
      throws ProxyProtocolException {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    PipelineChannel channel = new PipelineChannel(socket, socket.sentBytes(), decoder);
    channel.pipeline().addLast(new HAProxyMessageDecoder());
    new LoopExecutor(socket.loop()).register(channel);
    channel.receive(header);
    channel.unsafe().close(channel.voidPromise());
    try {
      return decoder.header(socket.remoteAddress());
    } finally {
      ReferenceCountUtil.release(decoder.message);
    }
  }

  private Optional<ProxyHeader> header(SocketAddress proxy) throws ProxyProtocolException {
    if (failure != null || message == null) {
      throw broken(proxy, failure == null ? "it is not complete" : failure.getMessage());
    }
    try {
      SocketAddress source = address(message.sourceAddress(), message.sourcePort());
      return source == null
          ? Optional.empty()
          : Optional.of(
              new ProxyHeader(
                  proxy,
                  source,
                  address(message.destinationAddress(), message.destinationPort()),
                  values()));
    } catch (IllegalArgumentException e) { // an IPv6 address with a scope that this machine lacks
      throw broken(proxy, e.getMessage());
    }
  }

  private static ProxyProtocolException broken(SocketAddress proxy, String why) {
    String text = String.valueOf(why).replaceAll("\\p{Cntrl}", "?");
    return new ProxyProtocolException(
        "the PROXY header from "
            + proxy
            + " makes no sense: "
            + text.substring(0, Math.min(text.length(), QUOTED_CHARACTERS_MAX)));
  }

  private SocketAddress address(String text, int port) {
    return switch (message.proxiedProtocol().addressFamily()) {
      case AF_IPv4, AF_IPv6 -> new InetSocketAddress(InetAddress.ofLiteral(text), port);
      case AF_UNIX -> path(text);
      case AF_UNSPEC -> null;
    };
  }

  private static SocketAddress path(String text) {
    try {
      return UnixDomainSocketAddress.of(text);
    } catch (InvalidPathException noCharacters) {
      return UnixDomainSocketAddress.of(text.replace('\uFFFD', '?'));
    }
  }

  private Map<Integer, byte[]> values() {
    Map<Integer, byte[]> values = new LinkedHashMap<>();
    for (HAProxyTLV each : message.tlvs()) {
      values.putIfAbsent(each.typeByteValue() & 0xFF, ByteBufUtil.getBytes(each.content()));
    }
    return values;
  }

  // ---- from the channel

  @Override
  public void onMessage(Object decoded) {
    if (message == null && decoded instanceof HAProxyMessage first) {
      message = first;
    } else {
      ReferenceCountUtil.release(decoded);
    }
  }

  @Override
  public void onException(Throwable cause) {
    failure = cause;
  }

  @Override
  public void onReadComplete() {}

  @Override
  public void onWritabilityChanged() {}

  @Override
  public void onEvent(Object event) {}

  @Override
  public void onChannelClosed() {}

  @Override
  public void onHandlersGone() {}
}
