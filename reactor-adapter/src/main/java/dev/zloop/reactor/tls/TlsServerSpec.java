package dev.zloop.reactor.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsyncMapping;
import java.util.function.Consumer;

/** How a server speaks TLS. It needs a certificate, or a context that has one. */
public interface TlsServerSpec extends TlsSpec<TlsServerSpec> {

  /** Whether clients are asked for a certificate, or have to have one. Default: not asked. */
  TlsServerSpec clientAuth(ClientAuth auth);

  /**
   * Uses another context for clients that ask for a name (SNI, RFC 6066). Clients that ask for no
   * name, or another one, get what is said beside this.
   *
   * @param name a host name, or {@code *.} and the rest of one, which stands for one label more
   * @throws IllegalArgumentException if it is neither, or was said before
   */
  TlsServerSpec serverName(String name, SslContext context);

  /** As {@link #serverName(String, SslContext)}, with a context that is made of what is said. */
  TlsServerSpec serverName(String name, Consumer<? super TlsServerSpec> spec);

  /**
   * Asks for a context with each connection, by the name that its client asks for, or null if it
   * asks for none. The answer may come later, from any thread; by {@code trySuccess} or {@code
   * tryFailure}, as it is cancelled when the connection ends before. Without one the connection
   * ends with the handshake's timeout.
   */
  TlsServerSpec serverNames(AsyncMapping<? super String, ? extends SslContext> contexts);
}
