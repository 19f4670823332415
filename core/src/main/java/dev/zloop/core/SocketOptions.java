package dev.zloop.core;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Options of sockets: those of a listener, and those of a connection. Each kind of socket takes
 * what concerns it and leaves the rest; Unix sockets leave what is TCP's. Immutable: the {@code
 * with..} methods make another.
 *
 * @param backlog of a listener: connections that may wait to be accepted, 0 or more; the kernel
 *     caps it (net.core.somaxconn). listen(2)
 * @param reuseAddress of a listener: bind although old connections to the port are still in
 *     TIME_WAIT. socket(7), SO_REUSEADDR
 * @param reusePort of a listener: several may share a port, if all of them say so, and the kernel
 *     spreads the connections; that of macOS brings them all to one. socket(7), SO_REUSEPORT
 * @param v6Only of a listener on IPv6: takes no IPv4 connections, which {@code ::} otherwise does.
 *     ipv6(7), IPV6_V6ONLY
 * @param noDelay of a TCP connection: send small segments at once. tcp(7), TCP_NODELAY
 * @param keepAlive of a TCP connection: probes to find out that a silent peer has gone, or none
 * @param linger of a TCP connection: what closing does with what the peer has not taken. The one
 *     value is zero: drop it and reset the connection. Longer ones make close(2) block, on
 *     non-blocking sockets too, and with it the loop. socket(7), SO_LINGER
 * @param receiveBufferBytes the kernel's buffer for what arrives, 0 for its own choice, which grows
 *     as needed; a listener's connections inherit it. The kernel doubles what it is given, for its
 *     bookkeeping, and caps it (net.core.rmem_max). socket(7), SO_RCVBUF
 * @param sendBufferBytes likewise for what is sent (net.core.wmem_max). socket(7), SO_SNDBUF
 */
public record SocketOptions(
    int backlog,
    boolean reuseAddress,
    boolean reusePort,
    boolean v6Only,
    boolean noDelay,
    Optional<KeepAlive> keepAlive,
    Optional<Duration> linger,
    int receiveBufferBytes,
    int sendBufferBytes) {

  /** A backlog of 1024, reuseAddress and noDelay; all else as the kernel has it. */
  public static final SocketOptions DEFAULT =
      new SocketOptions(1024, true, false, false, true, Optional.empty(), Optional.empty(), 0, 0);

  public SocketOptions {
    requireNotNegative("backlog", backlog);
    requireNotNegative("receiveBufferBytes", receiveBufferBytes);
    requireNotNegative("sendBufferBytes", sendBufferBytes);
    Objects.requireNonNull(keepAlive, "keepAlive");
    if (linger.isPresent() && !linger.get().isZero()) {
      throw new IllegalArgumentException(
          "linger is "
              + linger.get()
              + ", expected zero: with any other close(2) would block the loop for that long");
    }
  }

  /**
   * How an idle TCP connection is probed. tcp(7), TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT
   *
   * @param idle silence before the first probe; whole seconds, 1 to 32767
   * @param interval between probes; whole seconds, 1 to 32767
   * @param count unanswered probes after which the connection is broken, 1 to 127
   */
  public record KeepAlive(Duration idle, Duration interval, int count) {
    private static final int SECONDS_MAX = 32767;
    private static final int COUNT_MAX = 127;

    public KeepAlive {
      requireSeconds("idle", idle);
      requireSeconds("interval", interval);
      if (count < 1 || count > COUNT_MAX) {
        throw new IllegalArgumentException(
            "count is " + count + ", expected 1 to " + COUNT_MAX + " probes");
      }
    }

    private static void requireSeconds(String name, Duration value) {
      if (value.getNano() != 0 || value.getSeconds() < 1 || value.getSeconds() > SECONDS_MAX) {
        throw new IllegalArgumentException(
            name + " is " + value + ", expected 1 to " + SECONDS_MAX + " whole seconds");
      }
    }
  }

  /** These options with another {@link #backlog}. */
  public SocketOptions withBacklog(int backlog) {
    return with(draft -> draft.backlog = backlog);
  }

  /** These options with another {@link #reuseAddress}. */
  public SocketOptions withReuseAddress(boolean reuseAddress) {
    return with(draft -> draft.reuseAddress = reuseAddress);
  }

  /** These options with another {@link #reusePort}. */
  public SocketOptions withReusePort(boolean reusePort) {
    return with(draft -> draft.reusePort = reusePort);
  }

  /** These options with another {@link #v6Only}. */
  public SocketOptions withV6Only(boolean v6Only) {
    return with(draft -> draft.v6Only = v6Only);
  }

  /** These options with another {@link #noDelay}. */
  public SocketOptions withNoDelay(boolean noDelay) {
    return with(draft -> draft.noDelay = noDelay);
  }

  /** These options with another {@link #keepAlive}. */
  public SocketOptions withKeepAlive(KeepAlive keepAlive) {
    return with(draft -> draft.keepAlive = Optional.of(keepAlive));
  }

  /** These options with another {@link #linger}. */
  public SocketOptions withLinger(Duration linger) {
    return with(draft -> draft.linger = Optional.of(linger));
  }

  /** These options with another {@link #receiveBufferBytes}. */
  public SocketOptions withReceiveBufferBytes(int receiveBufferBytes) {
    return with(draft -> draft.receiveBufferBytes = receiveBufferBytes);
  }

  /** These options with another {@link #sendBufferBytes}. */
  public SocketOptions withSendBufferBytes(int sendBufferBytes) {
    return with(draft -> draft.sendBufferBytes = sendBufferBytes);
  }

  private SocketOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toOptions();
  }

  /** The same components, one by one to change. */
  private static final class Draft {
    int backlog;
    boolean reuseAddress;
    boolean reusePort;
    boolean v6Only;
    boolean noDelay;
    Optional<KeepAlive> keepAlive;
    Optional<Duration> linger;
    int receiveBufferBytes;
    int sendBufferBytes;

    Draft(SocketOptions from) {
      backlog = from.backlog;
      reuseAddress = from.reuseAddress;
      reusePort = from.reusePort;
      v6Only = from.v6Only;
      noDelay = from.noDelay;
      keepAlive = from.keepAlive;
      linger = from.linger;
      receiveBufferBytes = from.receiveBufferBytes;
      sendBufferBytes = from.sendBufferBytes;
    }

    SocketOptions toOptions() {
      return new SocketOptions(
          backlog,
          reuseAddress,
          reusePort,
          v6Only,
          noDelay,
          keepAlive,
          linger,
          receiveBufferBytes,
          sendBufferBytes);
    }
  }

  private static void requireNotNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + ", expected 0 or more");
    }
  }
}
