package dev.zloop.reactor.tcp;

import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.handler.logging.LogLevel;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Where and how connections are logged: what they receive and send, and what happens to them. */
record Wiretap(Logger logger, LogLevel level, AdvancedByteBufFormat format, Charset charset) {

  static Wiretap of(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    return new Wiretap(
        Loggers.getLogger(Objects.requireNonNull(category, "category")),
        Objects.requireNonNull(level, "level"),
        Objects.requireNonNull(format, "format"),
        Objects.requireNonNull(charset, "charset"));
  }

  ConnectionWatcher watch(TcpConnection connection) {
    return new Tap(connection);
  }

  private boolean isOn() {
    return switch (level) {
      case TRACE -> logger.isTraceEnabled();
      case DEBUG -> logger.isDebugEnabled();
      case INFO -> logger.isInfoEnabled();
      case WARN -> logger.isWarnEnabled();
      case ERROR -> logger.isErrorEnabled();
    };
  }

  private void log(String line) {
    switch (level) {
      case TRACE -> logger.trace(line);
      case DEBUG -> logger.debug(line);
      case INFO -> logger.info(line);
      case WARN -> logger.warn(line);
      case ERROR -> logger.error(line);
    }
  }

  /** On one connection. */
  private final class Tap implements ConnectionWatcher {
    private final String prefix;

    /** The addresses do not tell a connection for good: a number at random tells the rest. */
    Tap(TcpConnection connection) {
      this.prefix =
          "[%08x, L:%s - R:%s] "
              .formatted(
                  ThreadLocalRandom.current().nextInt(),
                  connection.localAddress(),
                  connection.address());
    }

    private void log(String event) {
      if (isOn()) {
        Wiretap.this.log(prefix + event);
      }
    }

    private void log(String event, ByteBuf buffer) {
      if (isOn()) {
        Wiretap.this.log(prefix + format.format(event, buffer, charset));
      }
    }

    @Override
    public void onOpened() {
      log("ACTIVE");
    }

    @Override
    public void onReceived(ByteBuf buffer) {
      log("READ", buffer);
    }

    @Override
    public void onWritten(ByteBuf buffer) {
      log("WRITE", buffer);
    }

    @Override
    public void onFileWritten(long bytes) {
      log("WRITE: " + bytes + "B of a file");
    }

    @Override
    public void onFlush() {
      log("FLUSH");
    }

    @Override
    public void onSecured(TlsSession session) {
      log("SECURED: " + session.protocol() + ", " + session.cipherSuite());
    }

    @Override
    public void onInputEnd(Throwable failure) {
      log(failure == null ? "INPUT END" : "INPUT END: " + failure);
    }

    @Override
    public void onBroken(Throwable cause) {
      log("EXCEPTION: " + cause);
    }

    @Override
    public void onClosed(Throwable cause) {
      log(cause == null ? "INACTIVE" : "INACTIVE: " + cause);
    }
  }
}
