package dev.zloop.reactor.proxy;

/**
 * Whether connections to a server begin with a PROXY header, version 1 or 2, in which a proxy says
 * who its client is ("The PROXY protocol", haproxy.org).
 *
 * @see dev.zloop.reactor.tcp.TcpServer#proxyProtocol
 */
public enum ProxyProtocolSupport {
  /** Each has to: one that does not is reset. For servers that only the proxy can reach. */
  ON,

  /**
   * Who begins with a header is believed, and who does not has none. Whoever can connect can then
   * say to be anybody, which is why the protocol forbids it: for a change of the set-up, and where
   * addresses do not matter. A client that waits for the server to speak first waits until the
   * header's timeout.
   */
  AUTO,

  /** None does: what looks like a header is the client's own. */
  OFF
}
