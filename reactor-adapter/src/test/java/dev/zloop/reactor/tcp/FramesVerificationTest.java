package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** The specification of Reactive Streams, held against the frames of what arrives. */
public class FramesVerificationTest extends ConnectionVerification {

  /** All frames are sent at once, and wait in the decoder until they are asked for. */
  @Override
  public Publisher<Integer> createPublisher(long elements) {
    return connect(elements).inbound().receive().fixedLength(1).map(ByteBuf::readableBytes);
  }

  /** What a second subscriber at a time gets. */
  @Override
  public Publisher<Integer> createFailedPublisher() {
    ByteBufFlux receive = connectTo(Flux.never()).inbound().receive();
    receive.subscribe(new Talk.Asking<>());
    return receive.fixedLength(1).map(ByteBuf::readableBytes);
  }
}
