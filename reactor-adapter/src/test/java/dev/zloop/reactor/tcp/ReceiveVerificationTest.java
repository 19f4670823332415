package dev.zloop.reactor.tcp;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** The specification of Reactive Streams, held against {@code receive()} itself. */
public class ReceiveVerificationTest extends ConnectionVerification {

  /** Byte by byte: the next is sent when the one before was received. */
  @Override
  public Publisher<Integer> createPublisher(long elements) {
    Paced paced = new Paced(elements);
    return paced.connect().inbound().receive().map(paced::received);
  }

  /** What a second subscriber at a time gets. */
  @Override
  public Publisher<Integer> createFailedPublisher() {
    Flux<Integer> receive =
        connectTo(Flux.never()).inbound().receive().map(buffer -> buffer.readableBytes());
    receive.subscribe(new Talk.Asking<>());
    return receive;
  }
}
