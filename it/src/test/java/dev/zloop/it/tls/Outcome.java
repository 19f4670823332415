package dev.zloop.it.tls;

import dev.zloop.core.NativeIoException;
import dev.zloop.reactor.tcp.ConnectionClosedException;
import dev.zloop.reactor.tls.TlsException;
import io.netty.channel.unix.Errors;
import io.netty.handler.codec.DecoderException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import reactor.core.Exceptions;
import reactor.netty.channel.AbortedException;

/** What was seen of a conversation: a word or two an aspect. For any threads. */
final class Outcome {

  /** What one may look at, and another see differently. */
  enum Aspect {
    /** Version, cipher suite, application protocol and the peer's name; as the application says. */
    AGREED,

    /** What the application is told of a handshake that failed, or of a handler. */
    FAILED,

    CONNECTED,
    HANDLER,
    RECEIVED,

    /** How {@code receive()} ended. */
    RECEIVE_ENDED,

    /** How the mono of what was sent ended. */
    SEND_ENDED,

    /** The end of the connection, as the application is told. */
    DISPOSED,

    /** As {@link #AGREED}, as the peer says; or how its handshake failed. */
    PEER_AGREED,

    PEER_RECEIVED,

    /** An alert that the peer got, close_notify among them. */
    PEER_ALERT,

    /** The end of the peer's socket: in order or by a reset. */
    PEER_ENDED
  }

  static final String COMPLETE = "complete";

  private final Map<Aspect, String> seen = new ConcurrentSkipListMap<>();

  /** Only the first word on an aspect counts. */
  void saw(Aspect aspect, String what) {
    seen.putIfAbsent(aspect, what);
  }

  void saw(Aspect aspect, Throwable error) {
    saw(aspect, error == null ? COMPLETE : describe(error));
  }

  boolean has(Aspect aspect) {
    return seen.containsKey(aspect);
  }

  /** What was seen of an aspect; or that nothing was. */
  String of(Aspect aspect) {
    return seen.getOrDefault(aspect, "nothing");
  }

  /** So many bytes of those that were to come. */
  static String amount(long received, long expected) {
    return received == expected ? "all" : received == 0 ? "none" : "some";
  }

  /**
   * The kind of a failure, without the wrapping that one puts around what the TLS engine or the
   * kernel says and the other does not.
   */
  private static String describe(Throwable error) {
    Throwable cause = Exceptions.unwrap(error);
    while ((cause instanceof DecoderException || cause instanceof TlsException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case TlsException tls -> tls.reason().name();
      case NativeIoException kernel -> "reset";
      case Errors.NativeIoException kernel -> "reset";
      case SocketException kernel -> "reset";
      case ConnectionClosedException closed -> "closed";
      case AbortedException closed -> "closed";
      case ClosedChannelException closed -> "closed";
      default -> cause.getClass().getSimpleName();
    };
  }

  @Override
  public String toString() {
    return seen.toString();
  }
}
