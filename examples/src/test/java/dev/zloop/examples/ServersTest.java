package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers among the examples, each used from outside. */
class ServersTest {

  private static int port(Program program, String announcement) throws Exception {
    return Integer.parseInt(program.awaitLine(announcement + " 127\\.0\\.0\\.1:(\\d+)").group(1));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void discardCountsWhatItThrowsAway() throws Exception {
    try (Program discard = Program.java(Discard.class, "0");
        Visitor visitor = Visitor.of(port(discard, "discarding on"))) {
      visitor.send(random(1_000_000));
      visitor.endOutput();
      visitor.assertHearsTheEnd();
      discard.awaitLine("1000000 bytes");
    }
  }

  @Test
  void daytimeTellsTheTimeAndHangsUp() throws Exception {
    try (Program daytime = Program.java(Daytime.class, "0");
        Visitor visitor = Visitor.of(port(daytime, "telling the time on"))) {
      ZonedDateTime.parse(visitor.hear(), DateTimeFormatter.RFC_1123_DATE_TIME);
      visitor.assertHearsTheEnd();
    }
  }

  @Test
  void proxyForwardsBothWaysAndEachEnd() throws Exception {
    try (ServerSocket origin = new ServerSocket(0);
        Program proxy =
            Program.java(Proxy.class, "0", "127.0.0.1", String.valueOf(origin.getLocalPort()));
        Visitor visitor = Visitor.of(port(proxy, "forwarding from"));
        Socket upstream = origin.accept()) {
      visitor.send(random(5_000));
      visitor.endOutput();
      assertArrayEquals(random(5_000), upstream.getInputStream().readAllBytes());
      upstream.getOutputStream().write(random(70_000)); // although the other way has ended
      upstream.shutdownOutput();
      assertArrayEquals(random(70_000), visitor.receiveAll());
    }
  }

  @Test
  void unixEchoSendsBackWhatItGets(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("echo.sock");
    try (Program echo = Program.java(UnixEcho.class, path.toString())) {
      echo.awaitLine("echoing on .*");
      try (Visitor visitor = Visitor.of(UnixDomainSocketAddress.of(path))) {
        visitor.send(random(20_000));
        visitor.endOutput();
        assertArrayEquals(random(20_000), visitor.receiveAll());
      }
    }
  }

  @Test
  void gracefulShutdownLetsClientsHearTheEnd() throws Exception {
    try (Program counting = Program.java(GracefulShutdown.class, "0");
        Visitor visitor = Visitor.of(port(counting, "counting on"))) {
      visitor.assertHears("1");
      counting.signal("TERM");
      visitor.assertHears("2", "3", "4", "5", "6", "7", "8", "9", "10");
      visitor.assertHearsTheEnd();
      counting.awaitLine("gone; 0 had to be cut off");
    }
  }
}
