package dev.zloop.it.tls;

import dev.zloop.it.support.Pattern;
import dev.zloop.it.tls.Conversation.Demand;
import dev.zloop.it.tls.Conversation.Ending;
import dev.zloop.it.tls.Outcome.Aspect;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;

/**
 * The application's part in a conversation: the same publishers, whosever connection they are put
 * upon. Once, as either server or client.
 */
final class Application {

  private static final Pattern SERVERS = new Pattern(1);
  private static final Pattern CLIENTS = new Pattern(2);

  final Conversation conversation;
  final Outcome outcome = new Outcome();

  private final Sinks.Empty<Void> receivedAll = Sinks.unsafe().empty();
  private final Sinks.Empty<Void> receiveEnded = Sinks.unsafe().empty();
  private final Sinks.Empty<Void> sendEnded = Sinks.unsafe().empty();
  private final Sinks.Empty<Void> peerDone = Sinks.unsafe().empty();

  /** Of the connection's thread, which alone writes it. */
  private volatile long received;

  Application(Conversation conversation) {
    this.conversation = conversation;
  }

  /** What the application sends. */
  Pattern sent() {
    return conversation.serves ? SERVERS : CLIENTS;
  }

  /** What its peer sends. */
  Pattern expected() {
    return conversation.serves ? CLIENTS : SERVERS;
  }

  /** What a handler fails with. */
  static final class HandlerFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final Receiver receiver = new Receiver();

  /** A handler. */
  Publisher<Void> handle(
      Flux<ByteBuf> receive, Function<Publisher<ByteBuf>, Publisher<Void>> send) {
    outcome.saw(Aspect.HANDLER, "called");
    receive.subscribe(receiver);
    if (conversation.peerSends == 0) {
      receivedAll.tryEmitEmpty();
    }
    Mono<Void> sending = Mono.from(send.apply(buffers()));
    (conversation.answersAfterTheEnd ? receiveEnded.asMono().then(sending) : sending)
        .subscribe(
            nothing -> {},
            error -> {
              outcome.saw(Aspect.SEND_ENDED, error);
              sendEnded.tryEmitEmpty();
            },
            () -> {
              outcome.saw(Aspect.SEND_ENDED, Outcome.COMPLETE);
              sendEnded.tryEmitEmpty();
            });
    return end();
  }

  private Flux<ByteBuf> buffers() {
    return sent().buffers(conversation.sends, conversation.bufferBytes);
  }

  private Mono<Void> end() {
    Mono<Void> all = Mono.when(sendEnded.asMono(), receivedAll.asMono());
    return switch (conversation.ending) {
      case HANDLER_COMPLETES -> all;
      case HANDLER_COMPLETES_UNREAD -> sendEnded.asMono().then(peerDone.asMono());
      case HANDLER_FAILS -> all.then(peerDone.asMono()).then(Mono.error(new HandlerFailed()));
      case PEER_CLOSES,
          PEER_NOTIFIES,
          PEER_TRUNCATES,
          PEER_RESETS,
          PEER_FORGES_A_RECORD,
          PEER_GOES_ON_IN_PLAINTEXT ->
          Mono.when(sendEnded.asMono(), receiveEnded.asMono());
    };
  }

  /** The peer has sent and received what comes before the ending. */
  void peerIsDone() {
    peerDone.tryEmitEmpty();
  }

  boolean hasReceivedAll() {
    return received == conversation.peerSends;
  }

  boolean isConnected() {
    return outcome.has(Aspect.CONNECTED);
  }

  /** Whether nothing more happens to it, once the peer's part is over. */
  boolean isOver() {
    return isConnected()
        ? outcome.has(Aspect.DISPOSED) && (leavesUnread() || outcome.has(Aspect.RECEIVE_ENDED))
        : outcome.has(Aspect.FAILED);
  }

  private boolean leavesUnread() {
    return conversation.ending == Ending.HANDLER_COMPLETES_UNREAD;
  }

  /** All that was seen, when nothing more happens. */
  Outcome outcome() {
    if (leavesUnread()) {
      receiver.cancel(); // or Reactor Netty keeps what has come
    }
    outcome.saw(Aspect.RECEIVED, Outcome.amount(received, conversation.peerSends));
    return outcome;
  }

  private final class Receiver extends BaseSubscriber<ByteBuf> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      switch (conversation.demand) {
        case NONE -> {}
        case ONE_BY_ONE -> request(1);
        case UNBOUNDED -> request(Long.MAX_VALUE);
      }
    }

    @Override
    protected void hookOnNext(ByteBuf buffer) {
      try {
        expected().check(buffer.nioBuffer(), received);
      } catch (AssertionError another) {
        outcome.saw(Aspect.RECEIVED, another.getMessage());
      }
      received += buffer.readableBytes();
      if (hasReceivedAll()) {
        receivedAll.tryEmitEmpty();
      }
      if (conversation.demand == Demand.ONE_BY_ONE) {
        request(1);
      }
    }

    @Override
    protected void hookOnComplete() {
      outcome.saw(Aspect.RECEIVE_ENDED, Outcome.COMPLETE);
    }

    @Override
    protected void hookOnError(Throwable error) {
      outcome.saw(Aspect.RECEIVE_ENDED, error);
    }

    @Override
    protected void hookFinally(SignalType type) {
      receiveEnded.tryEmitEmpty();
    }
  }

  @Override
  public String toString() {
    return conversation + ", so far " + outcome;
  }
}
