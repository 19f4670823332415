package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.TcpClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

class ExamplesTest {

  @Test
  void helloHearsItsEchoAndEnds() throws Exception {
    try (Program hello = Program.java(Hello.class)) {
      assertEquals(0, hello.exitStatus(), hello::output);
      assertEquals("hello", hello.output());
    }
  }

  @Test
  void tickerTicksOnALoopAndEnds() throws Exception {
    try (Program ticker = Program.java(Ticker.class, "3", "50")) {
      assertEquals(0, ticker.exitStatus(), ticker::output);
      ticker.awaitLine("tick 1 on zloop-shared-1, after \\d+\\.\\d\\d ms");
      ticker.awaitLine("tick 3 on zloop-shared-1, .*");
      assertEquals(3, ticker.output().lines().count(), ticker::output);
    }
  }

  @Test
  void echoServerSendsBackWhatItGets() throws Exception {
    try (Program echo = Program.java(EchoServer.class, "0")) {
      int port = Integer.parseInt(echo.awaitLine("echoing on 127\\.0\\.0\\.1:(\\d+)").group(1));
      byte[] bytes = new byte[1 << 16];
      new Random(port).nextBytes(bytes);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.getOutputStream().write(bytes);
        client.shutdownOutput();
        assertArrayEquals(bytes, client.getInputStream().readAllBytes());
      }
    }
  }

  @Test
  void tlsEchoSendsBackWhatItGets() throws Exception {
    try (Program echo = Program.java(TlsEcho.class, "0")) {
      int port =
          Integer.parseInt(echo.awaitLine("echoing over TLS on 127\\.0\\.0\\.1:(\\d+)").group(1));
      Path certificate =
          Path.of(echo.awaitLine("openssl s_client -connect .* -CAfile (\\S+)").group(1));
      Connection client =
          TcpClient.create()
              .host("localhost")
              .port(port)
              .secure(tls -> tls.trust(certificate))
              .connectNow();
      client.outbound().sendString(Mono.just("hello")).then().subscribe();
      assertEquals("hello", client.inbound().receive().asString().next().block());
      client.disposeNow();
    }
  }

  @Test
  void certificateReloadShowsTwoCertificatesAndServesBothClients() throws Exception {
    try (Program reload = Program.java(CertificateReload.class)) {
      assertEquals(0, reload.exitStatus(), reload::output);
      String early = reload.awaitLine("early client: certificate (\\p{XDigit}+)").group(1);
      String late = reload.awaitLine("late client:  certificate (\\p{XDigit}+)").group(1);
      assertNotEquals(early, late);
      reload.awaitLine("early client: still served");
      reload.awaitLine("late client:  served, too");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"seven", "65536", "-1", "7000 7001"})
  void echoServerExplainsItselfToWhomGivesABadPort(String arguments) throws Exception {
    try (Program echo = Program.java(EchoServer.class, arguments.split(" "))) {
      assertEquals(2, echo.exitStatus(), echo::output);
      echo.awaitLine("usage: EchoServer \\[PORT\\]");
    }
  }

  @Test
  void echoServerSaysWhichPortIsInUse() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Program echo = Program.java(EchoServer.class, "" + other.getLocalPort())) {
      assertEquals(1, echo.exitStatus(), echo::output);
      assertTrue(
          echo.output().contains("bind(127.0.0.1:" + other.getLocalPort() + "): EADDRINUSE"),
          echo::output);
    }
  }
}
