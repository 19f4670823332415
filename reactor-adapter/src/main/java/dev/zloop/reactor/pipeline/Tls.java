package dev.zloop.reactor.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsyncMapping;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;

/**
 * How a connection's TLS is spoken: what a specification came to.
 *
 * @param client the role
 * @param contexts asked with each connection; null if only names are
 * @param names asked for a context by the name that a client asks for; or null
 * @param serverName of a client: whom to ask for and to verify instead of the host; or null
 * @param verifyHostname of a client
 * @param customizer sees each handler before it begins
 * @param closeNotifyTimeout or null: the connection's own
 */
public record Tls(
    boolean client,
    Supplier<? extends SslContext> contexts,
    AsyncMapping<String, SslContext> names,
    String serverName,
    boolean verifyHostname,
    Consumer<? super SslHandler> customizer,
    Duration handshakeTimeout,
    Duration closeNotifyTimeout) {

  /**
   * A handler for one connection.
   *
   * @param context whose role this is
   * @param peer whom a client connected to
   */
  SslHandler handler(SslContext context, ByteBufAllocator allocator, Executor tasks, Peer peer) {
    Objects.requireNonNull(context, "null was given for an SslContext");
    UnixLibrary.require();
    SslHandler handler =
        client
            ? clientHandler(context, allocator, tasks, peer)
            : serverHandler(context, allocator, tasks);
    try {
      configure(handler);
    } catch (Throwable error) {
      ReferenceCountUtil.safeRelease(handler.engine()); // no pipeline will
      throw error;
    }
    return handler;
  }

  /** The handler asks whether its channel is of a Unix transport, when it is in the pipeline. */
  private static final class UnixLibrary {
    private static final String CLASS = "io.netty.channel.unix.UnixChannel";
    private static final boolean IS_THERE = isThere();

    private static boolean isThere() {
      try {
        Class.forName(CLASS, false, SslHandler.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException excluded) {
        return false;
      }
    }

    /** Without it the handler would be removed, and say no more than that. */
    static void require() {
      if (!IS_THERE) {
        throw new NoClassDefFoundError(CLASS);
      }
    }
  }

  private void configure(SslHandler handler) {
    if (client) {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(verifyHostname ? "HTTPS" : "");
      handler.engine().setSSLParameters(parameters);
    }
    handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    customizer.accept(handler);
  }

  private static SslHandler serverHandler(
      SslContext context, ByteBufAllocator allocator, Executor tasks) {
    if (!context.isServer()) {
      throw unusable("the context is a client's, and this is a server");
    }
    return context.newHandler(allocator, tasks);
  }

  private SslHandler clientHandler(
      SslContext context, ByteBufAllocator allocator, Executor tasks, Peer peer) {
    if (!context.isClient()) {
      throw unusable("the context is a server's, and this is a client");
    }
    String name = serverName == null ? peer.host() : serverName;
    if (name == null && verifyHostname) {
      throw unusable(
          "the server's name is not known, so that its certificate cannot be verified:"
              + " set serverName(..), or verifyHostname(false)");
    }
    return name == null
        ? context.newHandler(allocator, tasks)
        : context.newHandler(allocator, name, peer.port(), tasks);
  }

  private static IllegalArgumentException unusable(String why) {
    return new IllegalArgumentException(why);
  }

  /**
   * Whom a client connected to.
   *
   * @param host a name or an address, or null if there is neither
   */
  public record Peer(String host, int port) {
    public static final Peer UNKNOWN = new Peer(null, -1);
  }
}
