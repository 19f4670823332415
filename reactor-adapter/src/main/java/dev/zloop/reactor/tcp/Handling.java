package dev.zloop.reactor.tcp;

import dev.zloop.reactor.proxy.ProxyProtocolException;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import java.io.IOException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * A handler's publisher at work on a connection: its completion closes the connection gracefully,
 * its failure aborts it and is told.
 */
final class Handling {
  private static final Logger LOG = Loggers.getLogger(TcpServer.class);

  private final TcpConnection connection;
  private Disposable subscription;
  private boolean ended;

  Handling(TcpConnection connection) {
    this.connection = connection;
  }

  void begin(Handler handler) {
    subscription =
        Flux.from(publisherOf(handler))
            .subscribe(
                nothing -> {},
                error -> connection.runOnLoop(() -> onError(handler, error)),
                () -> connection.runOnLoop(this::onComplete),
                Context.of(connection.context()));
    if (ended) {
      subscription.dispose(); // cancelled while it was being subscribed to
    }
  }

  private Publisher<Void> publisherOf(Handler handler) {
    try {
      return Objects.requireNonNull(
          handler.function().apply(connection, connection.outbound()),
          "the handler returned null, expected a publisher");
    } catch (Throwable error) {
      return Mono.error(error);
    }
  }

  private void onComplete() {
    if (!ended) {
      ended = true;
      connection.closeNow();
    }
  }

  private void onError(Handler handler, Throwable error) {
    if (ended) {
      return;
    }
    ended = true;
    connection.abortNow(new IOException("the handler of " + connection + " failed", error));
    tell(handler.onError(), connection, error);
  }

  /** Tells a listener, which may itself fail. */
  static void tell(
      BiConsumer<? super Connection, ? super Throwable> onError,
      Connection connection,
      Throwable error) {
    try {
      onError.accept(connection, error);
    } catch (Throwable another) {
      LOG.error("doOnError of " + connection + " failed", another);
    }
  }

  /**
   * The default for {@link Handler#onError}: a connection that broke is none of our failures, and a
   * peer that goes before it has spoken may only have looked whether somebody listens. But TLS that
   * fails wants to be looked at.
   */
  static void log(Connection connection, Throwable error) {
    if (error instanceof ProxyProtocolException
        || error instanceof TlsException tls && tls.reason() != Reason.CLOSED_IN_HANDSHAKE) {
      LOG.warn("{}", error.getMessage());
    } else if (error instanceof IOException) {
      LOG.debug("{}: {}", connection, error.toString());
    } else {
      LOG.error("the handler of " + connection + " failed", error);
    }
  }

  void cancel() {
    if (!ended) {
      ended = true;
      if (subscription != null) {
        subscription.dispose();
      }
    }
  }
}
