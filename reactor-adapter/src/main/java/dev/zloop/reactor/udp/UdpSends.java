package dev.zloop.reactor.udp;

import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is to be sent on a socket: a mono that grows by {@code then}. */
final class UdpSends implements UdpOutbound {
  private final UdpSocket socket;

  /** All so far; null if that is nothing. */
  private final Mono<Void> sequence;

  UdpSends(UdpSocket socket, Mono<Void> sequence) {
    this.socket = socket;
    this.sequence = sequence;
  }

  @Override
  public UdpOutbound send(Publisher<? extends Datagram> datagrams) {
    Objects.requireNonNull(datagrams, "datagrams");
    return then(new SendMono(socket, Flux.from(datagrams)));
  }

  @Override
  public UdpOutbound then(Publisher<Void> other) {
    return new UdpSends(
        socket, sequence == null ? Mono.from(other) : sequence.then(Mono.from(other)));
  }

  @Override
  public Mono<Void> then() {
    return sequence == null ? Mono.empty() : sequence;
  }

  /** A mono that makes a {@link DatagramSender} of each subscription. */
  private static final class SendMono extends Mono<Void> {
    private final UdpSocket socket;
    private final Flux<? extends Datagram> datagrams;

    SendMono(UdpSocket socket, Flux<? extends Datagram> datagrams) {
      this.socket = socket;
      this.datagrams = datagrams;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
      DatagramSender.subscribe(datagrams, socket, actual);
    }
  }
}
