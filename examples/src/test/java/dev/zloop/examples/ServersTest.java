package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
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

  @Test
  void keyValueRemembersForEverybody() throws Exception {
    try (Program store = Program.java(KeyValue.class, "0")) {
      int port = port(store, "remembering on");
      try (Visitor anna = Visitor.of(port);
          Visitor bert = Visitor.of(port)) {
        anna.say("set colour light green\nget nothing\r\nwhat?\n");
        anna.assertHears("ok", "none", "expected: set NAME VALUE, or get NAME");
        bert.say("get colour\n");
        bert.assertHears("= light green");
        anna.say("x".repeat(5_000));
        assertThrows(IOException.class, anna::hear); // too long a line: a reset
        bert.say("get col");
        bert.say("our"); // without a line's end, but with the end of all
        bert.endOutput();
        bert.assertHears("= light green");
        bert.assertHearsTheEnd();
      }
    }
  }

  @Test
  void hostNamesAreLookedUpOffTheLoop() throws Exception {
    try (Program names = Program.java(HostNames.class, "0");
        Visitor visitor = Visitor.of(port(names, "looking up on"))) {
      visitor.say("127.0.0.1\nno.host.invalid\n::1\n");
      visitor.assertHears("127.0.0.1", "unknown: no.host.invalid", "0:0:0:0:0:0:0:1");
    }
  }

  @Test
  void tinyHttpAnswersWhatItUnderstands() throws Exception {
    try (Program http = Program.java(TinyHttp.class, "0")) {
      int port = Integer.parseInt(http.awaitLine("serving http://127.0.0.1:(\\d+)/").group(1));
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("GET /a HTTP/1.0\r\nHost: here\r\n\r\n");
        visitor.assertHears("HTTP/1.0 200 OK", "Content-Length: 17", "", "you asked for /a");
        visitor.assertHearsTheEnd();
      }
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("BREW /pot HTTP/1.0\r\n\r\n");
        visitor.assertHears("HTTP/1.0 501 Not Implemented");
      }
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("hello\n\n");
        visitor.assertHears("HTTP/1.0 400 Bad Request");
      }
    }
  }

  @Test
  void curlUnderstandsTinyHttp() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    try (Program http = Program.java(TinyHttp.class, "0")) {
      String address = http.awaitLine("serving (http://127.0.0.1:\\d+/)").group(1);
      try (Program curl = Program.of(new ProcessBuilder("curl", "-sS", address + "file?x=1"))) {
        assertEquals(0, curl.exitStatus(), curl::output);
        assertEquals("you asked for /file?x=1", curl.output());
      }
    }
  }

  @Test
  void fileServerSendsFilesOfItsDirectoryAndNoOthers(@TempDir Path directory) throws Exception {
    Path shown = Files.createDirectory(directory.resolve("shown"));
    Files.write(shown.resolve("big"), random(3_000_000));
    Files.writeString(directory.resolve("secret"), "secret");
    try (Program files = Program.java(FileServer.class, "0", shown.toString())) {
      int port = port(files, "sending files on");
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("big\n");
        assertArrayEquals(random(3_000_000), visitor.receiveAll());
      }
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("../secret\n");
        visitor.assertHears("cannot be sent: not in this directory");
        visitor.assertHearsTheEnd();
      }
      try (Visitor visitor = Visitor.of(port)) {
        visitor.say("none\n");
        assertTrue(visitor.hear().startsWith("cannot be sent: "));
      }
    }
  }

  @Test
  void lengthPrefixedGetsAnAnswerForEachMessage() throws Exception {
    try (Program program = Program.java(LengthPrefixed.class)) {
      assertEquals(0, program.exitStatus(), program::output);
      assertEquals("loop has 4 bytes\nreactor has 7 bytes\nGröße has 7 bytes", program.output());
    }
  }

  @Test
  void clientPoolMakesDoWithThreeConnections() throws Exception {
    try (Program program = Program.java(ClientPool.class)) {
      assertEquals(0, program.exitStatus(), program::output);
      program.awaitLine("the sum of the squares up to 100 is 338350");
      program.awaitLine("3 connections were made");
    }
  }

  @Test
  void udpEchoSendsEachDatagramBack() throws Exception {
    try (Program echo = Program.java(UdpEcho.class, "0");
        DatagramSocket visitor = new DatagramSocket()) {
      int port = port(echo, "echoing datagrams on");
      visitor.setSoTimeout(60_000);
      visitor.connect(InetAddress.getLoopbackAddress(), port);
      for (int length : new int[] {1_000, 1, 1_400}) {
        visitor.send(new DatagramPacket(random(length), length));
        DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
        visitor.receive(answer);
        assertArrayEquals(random(length), Arrays.copyOf(answer.getData(), answer.getLength()));
      }
    }
  }
}
