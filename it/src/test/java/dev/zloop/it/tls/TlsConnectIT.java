package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;

/** A client's connect, which is done when the handshake is. */
class TlsConnectIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  /** The extension fails the test if an error is told where nobody listens. */
  @Test
  void aConnectThatIsCalledOffDuringItsHandshakeEndsTheConnectionAndTellsNobody()
      throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Disposable connect =
          LOOPS
              .client(listener.socket().getLocalPort())
              .secure()
              .connect()
              .subscribe(connection -> {
                throw new AssertionError("connected to a peer that says nothing");
              });
      try (Peer peer = Peer.accept(listener)) {
        peer.receiveText(5); // the head of the ClientHello's record
        connect.dispose();
        assertThrows(IOException.class, peer::receiveToEnd);
        Await.until("the end to be told", () -> LOOPS.first().connections() == 0);
        Await.completion(CompletableFuture.runAsync(() -> {}, LOOPS.first()));
      }
    }
  }
}
