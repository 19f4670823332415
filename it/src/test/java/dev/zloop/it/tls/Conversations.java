package dev.zloop.it.tls;

import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.tls.Conversation.Certificate;
import dev.zloop.it.tls.Conversation.Demand;
import dev.zloop.it.tls.Conversation.Ending;
import dev.zloop.it.tls.Conversation.Interlude;
import dev.zloop.it.tls.Conversation.Opening;
import io.netty.handler.ssl.ClientAuth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * All that is compared: in both roles, with both engines, in both versions; of the less entangled
 * ones half, so that it does not take too long.
 */
final class Conversations {
  private static final int MEBIBYTE = 1 << 20;

  private final TlsEngine engine;
  private final String version;
  private final boolean serves;
  private final List<Conversation> all = new ArrayList<>();

  private Conversations(TlsEngine engine, String version, boolean serves) {
    this.engine = engine;
    this.version = version;
    this.serves = serves;
  }

  static List<Conversation> all() {
    List<Conversation> all = new ArrayList<>();
    for (TlsEngine engine : TlsEngine.values()) {
      for (String version : List.of("TLSv1.2", "TLSv1.3")) {
        for (boolean serves : List.of(true, false)) {
          all.addAll(with(engine, version, serves));
        }
      }
    }
    return all;
  }

  static List<Conversation> with(TlsEngine engine, String version, boolean serves) {
    Conversations some = new Conversations(engine, version, serves);
    some.addEndings();
    if (version.equals("TLSv1.3") == (engine == TlsEngine.JDK)) {
      some.addHandshakes();
      some.addBytes();
      some.addOpenings();
    }
    return some.all;
  }

  /** Two applications that talk to each other. */
  record Pair(Conversation server, Conversation client) {}

  static List<Pair> pairs(TlsEngine engine, String version) {
    List<Pair> pairs = new ArrayList<>();
    for (boolean serverEnds : List.of(true, false)) {
      for (UnaryOperator<Conversation> bytes : AMOUNTS) {
        pairs.add(
            new Pair(
                bytes
                    .apply(new Conversation("a pair", engine, version, true))
                    .ending(serverEnds ? Ending.HANDLER_COMPLETES : Ending.PEER_CLOSES),
                bytes
                    .apply(new Conversation("a pair", engine, version, false))
                    .ending(serverEnds ? Ending.PEER_CLOSES : Ending.HANDLER_COMPLETES)));
      }
    }
    for (Certificate certificate :
        List.of(Certificate.WRONG_NAME, Certificate.UNKNOWN_AUTHORITY, Certificate.EXPIRED)) {
      pairs.add(
          new Pair(
              new Conversation("a pair", engine, version, true).serverCertificate(certificate),
              new Conversation("a pair", engine, version, false).serverCertificate(certificate)));
    }
    return pairs;
  }

  /** What either of a pair sends, which is as much as it expects. */
  private static final List<UnaryOperator<Conversation>> AMOUNTS =
      List.of(
          talk -> talk.bytes(500, 500, 10),
          talk -> talk.bytes(MEBIBYTE, MEBIBYTE, 50_000),
          talk -> talk.bytes(200_000, 200_000, 50_000).demand(Demand.ONE_BY_ONE));

  private Conversation add(String name) {
    Conversation conversation = new Conversation(name, engine, version, serves);
    all.add(conversation);
    return conversation;
  }

  private void addHandshakes() {
    String other = version.equals("TLSv1.2") ? "TLSv1.3" : "TLSv1.2";
    add("no version in common").peerVersion(other);
    add("a protocol is chosen").protocols(List.of("h2", "http/1.1"), List.of("http/1.1", "h2"));
    add("no protocol in common").protocols(List.of("h2"), List.of("http/1.1"));
    add("only the application has protocols").protocols(List.of("h2"), List.of());
    add("only the peer has protocols").protocols(List.of(), List.of("h2"));
    if (serves) {
      add("a name that has a certificate of its own").byName(Keys.NAME);
      add("a name that has none of its own").byName("localhost");
    }
    add("a name that is not the certificate's").serverCertificate(Certificate.WRONG_NAME);
    add("an authority that is unknown").serverCertificate(Certificate.UNKNOWN_AUTHORITY);
    add("a certificate that is expired").serverCertificate(Certificate.EXPIRED);
    for (Certificate certificate : Certificate.values()) {
      if (certificate != Certificate.WRONG_NAME) {
        add("client authentication required, certificate " + certificate)
            .clientAuth(ClientAuth.REQUIRE, certificate);
      }
    }
    if (serves) {
      add("client authentication wanted, none given")
          .clientAuth(ClientAuth.OPTIONAL, Certificate.NONE);
    }
  }

  private void addBytes() {
    add("nothing is sent").bytes(0, 0, 1);
    add("a byte each").bytes(1, 1, 1);
    add("many small messages").bytes(500, 500, 10);
    add("a record and a byte").bytes((16 << 10) + 1, (16 << 10) + 1, (16 << 10) + 1);
    add("much each way").bytes(MEBIBYTE, MEBIBYTE, 50_000);
    add("much to one who asks one by one").bytes(1, MEBIBYTE, 50_000).demand(Demand.ONE_BY_ONE);
    add("small messages to one who asks one by one").bytes(1, 500, 10).demand(Demand.ONE_BY_ONE);
  }

  private void addOpenings() {
    for (Opening opening : Opening.values()) {
      if (opening != Opening.HANDSHAKE) {
        add("opening " + opening).opening(opening);
      }
    }
  }

  private void addEndings() {
    for (Ending ending : Ending.values()) {
      if (ending != Ending.HANDLER_COMPLETES_UNREAD) {
        add("ending " + ending).ending(ending);
      }
    }
    add("new keys amidst")
        .bytes(1000, 100_000, 1000)
        .interlude(Interlude.NEW_KEYS)
        .ending(Ending.PEER_CLOSES);
    add("much is left unread")
        .ending(Ending.HANDLER_COMPLETES_UNREAD)
        .demand(Demand.NONE)
        .bytes(1000, 300_000, 10_000);
    for (Ending ending : List.of(Ending.PEER_CLOSES, Ending.PEER_NOTIFIES, Ending.PEER_TRUNCATES)) {
      add("answer after " + ending).ending(ending).answersAfterTheEnd();
    }
    add("ending of much, asked for one by one")
        .ending(Ending.PEER_CLOSES)
        .bytes(1, MEBIBYTE, 50_000)
        .demand(Demand.ONE_BY_ONE);
  }
}
