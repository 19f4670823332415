package dev.zloop.reactor.tls;

import io.netty.handler.ssl.SslContext;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * A context that can be made anew while servers and clients use it, since certificates come to
 * their end before servers do: connections that begin after a reload have the new one, and those
 * that are there keep theirs.
 *
 * <pre>{@code
 * ReloadableSslContext context =
 *     ReloadableSslContext.of(() -> SslContextBuilder.forServer(chain, key).build());
 * DisposableServer server = TcpServer.create().secure(tls -> tls.sslContext(context)).bindNow();
 * context.reload();
 * }</pre>
 *
 * <p>May be used from any thread. A context that was replaced is left to the collector, as a
 * connection may be about to use it: of Netty's providers all but {@code OPENSSL_REFCNT} suit.
 */
public final class ReloadableSslContext implements Supplier<SslContext> {
  private final Callable<? extends SslContext> maker;
  private volatile SslContext current;

  private ReloadableSslContext(Callable<? extends SslContext> maker) {
    this.maker = maker;
  }

  /**
   * Makes the first context at once.
   *
   * @param maker gives a new context with each call, such as by reading the files again
   * @throws SSLException if it fails, with what it threw as the cause
   */
  public static ReloadableSslContext of(Callable<? extends SslContext> maker) throws SSLException {
    ReloadableSslContext context = new ReloadableSslContext(Objects.requireNonNull(maker, "maker"));
    context.reload();
    return context;
  }

  /**
   * Makes a new context, which takes time and may read files: not for a loop's thread.
   *
   * @throws SSLException if that fails, with what the maker threw as the cause; the context that
   *     was there stays in use
   */
  public synchronized void reload() throws SSLException {
    try {
      SslContext made = Objects.requireNonNull(maker.call(), "the maker gave null for a context");
      current = made;
    } catch (Exception e) {
      throw new SSLException(
          "no new context could be made"
              + (current == null ? "" : ", the old one stays")
              + ": "
              + e,
          e);
    }
  }

  /** The newest context. */
  @Override
  public SslContext get() {
    return current;
  }
}
