package dev.zloop.reactor.tcp;

import java.util.function.Consumer;

/** The reading side of a connection. */
public interface Inbound {

  /**
   * What arrives. Demand goes down to the socket: what is not requested is not read, except for a
   * bounded overshoot, and then the peer feels it through the TCP window.
   *
   * <p>It completes at the end of the peer's output, or when this side closes the connection; it
   * fails with an {@link java.io.IOException} when the connection breaks. Signals come on the
   * connection's loop.
   *
   * <p>There may be one subscriber at a time; another one gets an {@link IllegalStateException}.
   * Cancelling it stops the reading and no more: who subscribes next goes on with the bytes that
   * follow. On the connection's loop, where operators such as {@code take} do it, none is lost;
   * what arrives while another thread cancels, the cancelled subscriber may still get.
   */
  ByteBufFlux receive();

  /** Hands the connection to a consumer, and returns this. */
  Inbound withConnection(Consumer<? super Connection> consumer);
}
