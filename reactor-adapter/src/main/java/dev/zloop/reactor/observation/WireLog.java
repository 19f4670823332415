package dev.zloop.reactor.observation;

import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import io.netty.buffer.ByteBuf;
import io.netty.handler.logging.LogLevel;
import java.net.SocketAddress;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Where and how {@code wiretap} logs what connections receive and send, and what happens. */
public record WireLog(
    Logger logger, LogLevel level, AdvancedByteBufFormat format, Charset charset) {

  public static WireLog of(
      String category, LogLevel level, AdvancedByteBufFormat format, Charset charset) {
    return new WireLog(
        Loggers.getLogger(Objects.requireNonNull(category, "category")),
        Objects.requireNonNull(level, "level"),
        Objects.requireNonNull(format, "format"),
        Objects.requireNonNull(charset, "charset"));
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

  /**
   * For one connection.
   *
   * @param remote or null, if there is not one peer
   */
  public Lines lines(SocketAddress local, SocketAddress remote) {
    return new Lines(local, remote);
  }

  /** The lines of one connection. */
  public final class Lines {
    private final String prefix;

    /** The addresses do not tell a connection for good: a number at random tells the rest. */
    private Lines(SocketAddress local, SocketAddress remote) {
      this.prefix =
          "[%08x, L:%s%s] "
              .formatted(
                  ThreadLocalRandom.current().nextInt(),
                  local,
                  remote == null ? "" : " - R:" + remote);
    }

    public void log(String event) {
      if (isOn()) {
        WireLog.this.log(prefix + event);
      }
    }

    public void log(String event, ByteBuf buffer) {
      if (isOn()) {
        WireLog.this.log(prefix + format.format(event, buffer, charset));
      }
    }

    /** Of a datagram; without the address, if that is the one peer. */
    public void log(String event, String preposition, SocketAddress address, ByteBuf buffer) {
      if (isOn()) {
        String whole = address == null ? event : event + " " + preposition + " " + address;
        WireLog.this.log(prefix + format.format(whole, buffer, charset));
      }
    }
  }
}
