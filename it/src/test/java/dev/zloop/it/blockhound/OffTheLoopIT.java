package dev.zloop.it.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** What is promised to run off the loop does, so that it may block there. */
class OffTheLoopIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final Queue<String> threads = new ConcurrentLinkedQueue<>();

  private void block() {
    threads.add(Thread.currentThread().getName());
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void assertBlockedElsewhere() {
    assertTrue(!threads.isEmpty(), "it was not asked");
    for (String thread : threads) {
      assertTrue(thread.startsWith("zloop-blocking-"), thread);
    }
  }

  private static String echo(Connection client) {
    client.outbound().sendString(Mono.just("hello")).then().onErrorComplete().subscribe();
    return Await.completion(client.inbound().receive().asString().next());
  }

  @Test
  void whoResolvesNamesMayBlock() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    PlantedNames.onLookup(this::block);
    Connection client = LOOPS.client(server.port()).host(PlantedNames.NAME).connectNow();
    PlantedNames.onLookup(() -> {});
    assertEquals("hello", echo(client));
    client.disposeNow();
    server.disposeNow();
    assertBlockedElsewhere();
  }

  @ParameterizedTest
  @EnumSource
  void whoTrustsCertificatesMayBlock(TlsEngine engine) {
    DisposableServer server =
        LOOPS
            .echoServer()
            .secure(TlsEngine.build(engine.server(Certificates.TRUSTED.forNames("localhost"))))
            .bindNow();
    Connection client =
        LOOPS
            .client(server.port())
            .host("localhost")
            .secure(TlsEngine.build(engine.client().trustManager(new SlowTrust())))
            .connectNow();
    assertEquals("hello", echo(client));
    client.disposeNow();
    server.disposeNow();
    assertBlockedElsewhere();
  }

  private final class SlowTrust implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new AssertionError("a client looks at servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      block();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void openingAFileMayBlock(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "content");
    TcpServer serving = LOOPS.server().handle((in, out) -> out.sendFile(slow(file)));
    DisposableServer server = serving.bindNow();
    Connection client = LOOPS.client(server.port()).connectNow();
    assertEquals(
        "content", Await.completion(client.inbound().receive().asString().reduce(String::concat)));
    client.disposeNow();
    server.disposeNow();
    assertBlockedElsewhere();
  }

  /** As slow as a path on a disk that has to spin up first. */
  private Path slow(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            OffTheLoopIT.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              block();
              try {
                return method.invoke(path, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
