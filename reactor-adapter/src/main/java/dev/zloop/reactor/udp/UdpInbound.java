package dev.zloop.reactor.udp;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;

/** The receiving side of a socket. */
public interface UdpInbound {

  /**
   * What arrives. Demand goes down to the kernel: what is not requested waits in the socket's
   * buffer ({@link UdpOption#SO_RCVBUF}), and what finds no room there is dropped and {@linkplain
   * UdpConnection#dropped counted}, since nobody could tell the sender.
   *
   * <p>An empty datagram is one like any other. The flux completes when this side disposes the
   * socket; no error that the network reports ends it. Cancelling it stops the receiving and no
   * more. Signals come on the socket's loop.
   *
   * <p>There may be one subscriber at a time; another one gets an {@link IllegalStateException}.
   */
  DatagramFlux receive();

  /**
   * Joins a multicast group, on the interface that the route to the group takes: {@link #receive}
   * also brings what is sent to the group and the socket's port. The socket is to be bound to the
   * wildcard address, or to the group's own; several on one machine need {@link
   * UdpOption#SO_REUSEADDR}.
   *
   * <p>It fails with a {@link dev.zloop.core.NativeIoException} if the kernel refuses, as when no
   * route says which interface; and with an {@link IllegalArgumentException} if the address is none
   * of a group, or of IPv6 while the socket is of IPv4.
   */
  Mono<Void> join(InetAddress group);

  /** As {@link #join(InetAddress)}, on a given interface. */
  Mono<Void> join(InetAddress group, NetworkInterface on);

  /** Leaves a group that was joined by {@link #join(InetAddress)}. */
  Mono<Void> leave(InetAddress group);

  /** Leaves a group that was joined on a given interface. */
  Mono<Void> leave(InetAddress group, NetworkInterface on);

  /** Hands the socket to a consumer, and returns this. */
  UdpInbound withConnection(Consumer<? super UdpConnection> consumer);
}
