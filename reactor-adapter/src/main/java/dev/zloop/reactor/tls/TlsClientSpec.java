package dev.zloop.reactor.tls;

/** How a client speaks TLS. Nothing has to be said: it trusts whom the JDK trusts. */
public interface TlsClientSpec extends TlsSpec<TlsClientSpec> {

  /**
   * The server's name, which it is told (SNI, RFC 6066) and which its certificate has to be for.
   * Default: the host that the client connects to. Engines do not tell the server an address, nor a
   * name without a dot, such as {@code localhost}; the certificate has to be for it nevertheless.
   *
   * @throws IllegalArgumentException if it cannot be the name, or the address, of a host
   */
  TlsClientSpec serverName(String name);

  /**
   * Whether the server's certificate has to be for the name that was connected to (RFC 2818, 3.1).
   * Without that, whoever has any trusted certificate can stand between. Default: true.
   */
  TlsClientSpec verifyHostname(boolean verify);
}
