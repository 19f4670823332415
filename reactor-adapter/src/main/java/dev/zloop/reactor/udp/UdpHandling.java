package dev.zloop.reactor.udp;

import dev.zloop.core.NativeIoException;
import java.io.IOException;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.ContextView;

/** A handler's publisher at work on a socket, whose end is that of the socket. */
final class UdpHandling {
  private static final Logger LOG = Loggers.getLogger(UdpServer.class);

  private final UdpSocket socket;
  private final UdpConfig config;
  private Disposable subscription;
  private boolean ended;

  UdpHandling(UdpSocket socket, UdpConfig config) {
    this.socket = socket;
    this.config = config;
  }

  void begin(ContextView context) {
    subscription =
        Flux.from(publisher())
            .contextWrite(context)
            .subscribe(
                nothing -> {},
                error -> socket.runOnLoop(() -> onError(error)),
                () -> socket.runOnLoop(this::onComplete));
    if (ended) {
      subscription.dispose(); // cancelled while it was being subscribed to
    }
  }

  private Publisher<Void> publisher() {
    try {
      return Objects.requireNonNull(
          config.function.apply(socket.inbound(), socket.outbound()),
          "the handler returned null, expected a publisher");
    } catch (Throwable error) {
      return Mono.error(error);
    }
  }

  private void onComplete() {
    if (!ended) {
      ended = true;
      socket.closeNow();
    }
  }

  private void onError(Throwable error) {
    if (ended) {
      return;
    }
    ended = true;
    socket.closeNow();
    try {
      config.onError.accept(socket, error);
    } catch (Throwable another) {
      LOG.error("doOnError of " + socket + " failed", another);
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

  /** The default for doOnError. */
  static void log(UdpConnection socket, Throwable error) {
    if (error instanceof IOException) {
      LOG.debug("{}: {}", socket, error.toString());
    } else {
      LOG.error("the handler of " + socket + " failed", error);
    }
  }

  /** The default for doOnSocketError: anybody on the network can cause them. */
  static void logSocketError(UdpConnection socket, NativeIoException error) {
    LOG.debug("{}: {}", socket, error.getMessage());
  }
}
