package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** What a decoder makes of a flux of buffers; a {@link Decoding} for each subscriber. */
final class DecodeFlux<T> extends Flux<T> {
  private final Flux<? extends ByteBuf> source;
  private final TcpConnection connection;
  private final Framing<T> framing;

  DecodeFlux(Flux<? extends ByteBuf> source, TcpConnection connection, Framing<T> framing) {
    this.source = source;
    this.connection = connection;
    this.framing = framing;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    source.subscribe(new Decoding<>(connection, framing, actual));
  }
}
