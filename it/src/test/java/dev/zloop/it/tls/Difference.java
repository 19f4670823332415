package dev.zloop.it.tls;

import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.tls.Conversation.Certificate;
import dev.zloop.it.tls.Conversation.Ending;
import dev.zloop.it.tls.Conversation.Interlude;
import dev.zloop.it.tls.Conversation.Opening;
import dev.zloop.it.tls.Outcome.Aspect;
import io.netty.handler.ssl.ClientAuth;
import java.util.List;
import java.util.function.Predicate;

/**
 * Where Reactor Netty and zloop differ on purpose. Where nothing is said here, they do not; and
 * where something is, each has to be as it is said to be. {@code docs/tls-differences.md} tells it
 * to users.
 *
 * @param reason what it is good for
 * @param there what is seen with Reactor Netty, as a regular expression; with an alternative where
 *     that is a race
 * @param here what is seen with zloop, likewise
 */
record Difference(
    String reason, Predicate<Conversation> where, Aspect aspect, String there, String here) {

  private static final String FAILURE = ".*Exception|CLOSED_IN_HANDSHAKE|reset";

  static final List<Difference> ALL =
      List.of(
          new Difference(
              "a server is told of a failed handshake, there the log alone is",
              talk -> talk.serves && failsToShakeHands(talk),
              Aspect.FAILED,
              "nothing",
              FAILURE),
          new Difference(
              "a peer that goes away within the handshake is told from one that goes later",
              talk -> !talk.serves && endsWithinTheHandshake(talk),
              Aspect.FAILED,
              "closed",
              "CLOSED_IN_HANDSHAKE"),
          new Difference(
              "whether a reset is met by reading or by writing is a race",
              talk -> !talk.serves && talk.opening == Opening.RESET,
              Aspect.FAILED,
              "reset|closed|SSLException",
              "reset|CLOSED_IN_HANDSHAKE"),
          new Difference(
              "a client that is refused can read why: no reset overtakes the alert",
              Difference::refusesTheClient,
              Aspect.PEER_ALERT,
              "nothing|fatal alert: .*",
              "fatal alert: .*"),
          new Difference(
              "a client that is refused can read why: no reset overtakes the alert",
              Difference::refusesTheClient,
              Aspect.PEER_ENDED,
              "end|reset",
              "end"),

          // ---- the peer's end
          new Difference(
              "an end without close_notify is a failure: something may be missing",
              talk -> talk.ending == Ending.PEER_TRUNCATES,
              Aspect.RECEIVE_ENDED,
              "complete",
              "TRUNCATED"),
          new Difference(
              "an end without close_notify leaves the output open, to be ended in order",
              talk -> talk.ending == Ending.PEER_TRUNCATES,
              Aspect.PEER_ALERT,
              "nothing",
              "close_notify"),
          new Difference(
              "what is sent after the peer's end arrives, where TLS allows it",
              Difference::canAnswerAfterTheEnd,
              Aspect.PEER_RECEIVED,
              "none",
              "all"),
          new Difference(
              "what is sent after the peer's end arrives, where TLS allows it",
              Difference::canAnswerAfterTheEnd,
              Aspect.SEND_ENDED,
              "nothing|closed",
              "complete"),
          new Difference(
              "what cannot be sent any more fails, there its mono may never end",
              talk -> talk.answersAfterTheEnd && !canAnswerAfterTheEnd(talk),
              Aspect.SEND_ENDED,
              "nothing|closed",
              "closed"),

          // ---- this side's end
          new Difference(
              "doOnError is told of a handler that fails, there the log alone is",
              talk -> talk.ending == Ending.HANDLER_FAILS,
              Aspect.FAILED,
              "nothing",
              "HandlerFailed"),
          new Difference(
              "a handler that fails aborts: the peer is not to take it for an end in order",
              talk -> talk.ending == Ending.HANDLER_FAILS,
              Aspect.PEER_ALERT,
              "close_notify",
              "nothing"),
          new Difference(
              "a handler that fails aborts: the peer is not to take it for an end in order",
              talk -> talk.ending == Ending.HANDLER_FAILS,
              Aspect.PEER_ENDED,
              "end",
              "reset"),
          new Difference(
              "a handler that fails aborts, and receive() fails with it",
              talk -> talk.ending == Ending.HANDLER_FAILS,
              Aspect.RECEIVE_ENDED,
              "complete",
              "IOException"),
          new Difference(
              "a graceful close reads to the peer's end, since a close with something unread is a"
                  + " reset, which destroys what the peer has not read yet",
              talk -> talk.ending == Ending.HANDLER_COMPLETES_UNREAD,
              Aspect.PEER_ENDED,
              "reset",
              "end"),
          new Difference(
              "what has been sent arrives, with its close_notify, also where something is unread",
              talk -> talk.ending == Ending.HANDLER_COMPLETES_UNREAD,
              Aspect.PEER_ALERT,
              "nothing|close_notify",
              "close_notify"),
          new Difference(
              "receive() ends with the connection, there not while something is unread",
              talk -> talk.ending == Ending.HANDLER_COMPLETES_UNREAD,
              Aspect.RECEIVE_ENDED,
              "nothing|complete",
              "complete"),
          new Difference(
              "session tickets that were not read are among what makes a close a reset there",
              talk -> !talk.serves && talk.peerSends == 0 && talk.isTls13(),
              Aspect.PEER_ENDED,
              "end|reset",
              "end"),
          new Difference(
              "session tickets that were not read are among what makes a close a reset there",
              talk -> !talk.serves && talk.peerSends == 0 && talk.isTls13(),
              Aspect.PEER_ALERT,
              "nothing|close_notify",
              "close_notify"),

          // ---- a peer that breaks the rules
          new Difference(
              "who goes back to plaintext is cut off, there he is sent a close_notify",
              talk -> goesOnInPlaintext(talk) && talk.engine == TlsEngine.JDK,
              Aspect.PEER_ALERT,
              "close_notify",
              "nothing"),
          new Difference(
              "who goes back to plaintext is cut off, there he is sent a close_notify",
              talk -> goesOnInPlaintext(talk) && talk.engine == TlsEngine.JDK,
              Aspect.PEER_ENDED,
              "end",
              "reset"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.SEND_ENDED,
              "complete",
              "complete|closed|BROKEN_PROTOCOL"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.RECEIVED,
              "all",
              "some"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.RECEIVE_ENDED,
              "complete",
              "BROKEN_PROTOCOL"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.PEER_RECEIVED,
              "all",
              "none"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.PEER_ALERT,
              "close_notify",
              "nothing"),
          new Difference(
              "nobody renegotiates, there it is as the engine will, and most do",
              Difference::seesARenegotiation,
              Aspect.PEER_ENDED,
              "end",
              "end|reset"),
          new Difference(
              "OpenSSL's engine sends its fatal alert and says why only when it is to write next:"
                  + " here that is when the stream ends, which without close_notify is a failure",
              Difference::breaksOpenSsl,
              Aspect.RECEIVE_ENDED,
              "complete",
              "TRUNCATED|SSLException"),
          new Difference(
              "after a fatal alert of this side nothing is left to be ended in order",
              Difference::breaksOpenSsl,
              Aspect.PEER_ENDED,
              "end",
              "reset"));

  private static boolean failsToShakeHands(Conversation talk) {
    return talk.opening != Opening.HANDSHAKE
        || !talk.version.equals(talk.peerVersion)
        || talk.serverCertificate != Certificate.RIGHT
        || refusesTheClient(talk);
  }

  private static boolean endsWithinTheHandshake(Conversation talk) {
    return switch (talk.opening) {
      case END, HALF_A_MESSAGE_AND_END, MESSAGE_AND_END -> true;
      case HANDSHAKE, PLAINTEXT, GARBAGE, FATAL_ALERT, RESET, MESSAGE_AND_RESET -> false;
    };
  }

  private static boolean refusesTheClient(Conversation talk) {
    return talk.serves
        && talk.clientAuth == ClientAuth.REQUIRE
        && talk.clientCertificate != Certificate.RIGHT;
  }

  /** After a close_notify that takes TLS 1.3, and the JDK's engine; after no close_notify, none. */
  private static boolean canAnswerAfterTheEnd(Conversation talk) {
    return talk.answersAfterTheEnd
        && (talk.ending == Ending.PEER_TRUNCATES || talk.isTls13() && talk.engine == TlsEngine.JDK);
  }

  private static boolean goesOnInPlaintext(Conversation talk) {
    return talk.ending == Ending.PEER_GOES_ON_IN_PLAINTEXT;
  }

  /** BoringSSL's server refuses it by itself. */
  private static boolean seesARenegotiation(Conversation talk) {
    return renegotiates(talk) && !(talk.serves && talk.engine == TlsEngine.BORINGSSL);
  }

  private static boolean renegotiates(Conversation talk) {
    return talk.interlude == Interlude.NEW_KEYS && !talk.isTls13();
  }

  /** By a record that no key has made, or by a renegotiation. */
  private static boolean breaksOpenSsl(Conversation talk) {
    return talk.engine == TlsEngine.BORINGSSL
        && (talk.serves && renegotiates(talk) || talk.ending == Ending.PEER_FORGES_A_RECORD);
  }

  /** What is wrong with how something was seen here, in comparison; or null. */
  static String unexplained(Conversation talk, Aspect aspect, Outcome there, Outcome here) {
    String seen = there.of(aspect) + " there, " + here.of(aspect) + " here";
    for (Difference difference : ALL) {
      if (difference.aspect == aspect && difference.where.test(talk)) {
        return there.of(aspect).matches(difference.there)
                && here.of(aspect).matches(difference.here)
            ? null
            : talk + ": " + aspect + " is " + seen + ", which is not: " + difference;
      }
    }
    return there.of(aspect).equals(here.of(aspect)) ? null : talk + ": " + aspect + " is " + seen;
  }

  @Override
  public String toString() {
    return there + " there, " + here + " here, as " + reason;
  }
}
