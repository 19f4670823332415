package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** What TLS engines throw, in words that a user can act upon. */
final class TlsFailures {
  private TlsFailures() {}

  /** What was thrown, as what it means. One that is told already stays as it is. */
  static TlsException of(Throwable thrown, ByteStream stream, boolean client) {
    Throwable cause = thrown;
    while (cause instanceof DecoderException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TlsException told) {
      return told;
    }
    if (cause instanceof NotSslRecordException) {
      return new TlsException(
          Reason.NOT_TLS,
          prefix(stream) + "what the peer sent is not TLS: " + cause.getMessage(),
          cause);
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return new TlsException(Reason.TIMED_OUT, prefix(stream) + cause.getMessage(), cause);
    }
    if (cause instanceof ClosedChannelException) {
      return closedInHandshake(stream, null);
    }
    return new TlsException(Reason.BROKEN_PROTOCOL, prefix(stream) + cause.getMessage(), cause);
  }

  static TlsException closedInHandshake(ByteStream stream, IOException cause) {
    return new TlsException(
        Reason.CLOSED_IN_HANDSHAKE,
        prefix(stream)
            + "the peer closed the connection before the handshake was done"
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }

  static TlsException truncated(ByteStream stream) {
    return new TlsException(
        Reason.TRUNCATED,
        prefix(stream)
            + "the peer ended the connection without close_notify: what was received may not be"
            + " all",
        null);
  }

  private static String prefix(ByteStream stream) {
    return "TLS with " + stream.remoteAddress() + ": ";
  }
}
