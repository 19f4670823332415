package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.DisposableServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a TLS engine does elsewhere, because it may take long, and what happens meanwhile. */
class DelegatedTasksIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  /**
   * The client says all it has to say, and goes, while the server still looks at its certificate:
   * the end arrives before what is in front of it could be decrypted.
   */
  @ParameterizedTest
  @EnumSource
  void bytesThatArriveDuringATaskAreReceivedAfterIt(TlsEngine engine) throws Exception {
    CompletableFuture<String> received = new CompletableFuture<>();
    CountDownLatch looks = new CountDownLatch(1);
    CountDownLatch mayTrust = new CountDownLatch(1);
    SslContextBuilder context =
        engine
            .server(Certificates.TRUSTED.forNames("localhost"))
            .protocols("TLSv1.3")
            .trustManager(new SlowTrust(looks, mayTrust))
            .clientAuth(ClientAuth.REQUIRE);
    DisposableServer server =
        LOOPS
            .server()
            .secure(TlsEngine.build(context))
            .doOnError((connection, error) -> received.completeExceptionally(error))
            .handle((in, out) ->
                in.receive().asString().reduce(String::concat).doOnNext(received::complete).then())
            .bindNow();

    CompletableFuture<Void> client = CompletableFuture.runAsync(() -> speak(server.port()));
    Await.until("the server to look at the certificate", () -> looks.getCount() == 0);
    Await.completion(client);
    for (int turn = 0; turn < 10; turn++) { // in which the loop hears of the end
      Await.completion(CompletableFuture.runAsync(() -> {}, LOOPS.first()));
    }
    mayTrust.countDown();

    assertEquals("all of it", Await.completion(received));
    server.disposeNow();
  }

  private static void speak(int port) {
    X509Bundle own = Certificates.TRUSTED.forNames("client");
    JdkSslContext context =
        (JdkSslContext)
            TlsEngine.build(
                TlsEngine.JDK
                    .client()
                    .keyManager(own.getKeyPair().getPrivate(), own.getCertificatePath()));
    try (SSLSocket socket =
        (SSLSocket) context.context().getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.getOutputStream().write("all of it".getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Trusts everybody, once it may. */
  private record SlowTrust(CountDownLatch looks, CountDownLatch mayTrust)
      implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      looks.countDown();
      Await.until("leave to trust", () -> mayTrust.getCount() == 0);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      throw new AssertionError("a server looks at clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
