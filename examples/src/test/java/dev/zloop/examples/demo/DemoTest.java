package dev.zloop.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.zloop.examples.Program;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoTest {
  private static final String SERVER = "server +127\\.0\\.0\\.1:(\\d+), on loop .* \\((\\w+)\\)";
  private static final String SECOND = " +(\\d+) +([\\d,]+) +[\\d.]+ +[\\d,]+ +[\\d,]+";
  private static final String SUMMARY = "summary +([\\d,]+) messages in .*";
  private static final String CLOSED = "closed: .*";

  private static Program demo(String... arguments) throws IOException {
    return Program.java(Demo.class, arguments);
  }

  private static Socket visit(Program demo) throws Exception {
    int port = Integer.parseInt(demo.awaitLine(SERVER).group(1));
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static long number(MatchResult line, int group) {
    return Long.parseLong(line.group(group).replace(",", ""));
  }

  @Test
  void aRunHasALineASecondAndASummary() throws Exception {
    try (Program demo = demo("--seconds", "2", "--connections", "5", "--backend", "epoll")) {
      assertEquals(0, demo.exitStatus(), demo::output);
      assertEquals("epoll", demo.awaitLine(SERVER).group(2));
      demo.awaitLine("clients +5, connected in .*");
      List<String> seconds = demo.output().lines().filter(line -> line.matches(SECOND)).toList();
      assertEquals(2, seconds.size(), demo::output);
      assertTrue(number(demo.awaitLine(SUMMARY), 1) > 0, demo::output);
      demo.awaitLine(CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1 << 20})
  void messagesOfAnySizeComeBackWhole(int size) throws Exception {
    try (Program demo = demo("--seconds", "1", "--connections", "2", "--size", "" + size)) {
      assertEquals(0, demo.exitStatus(), demo::output);
      assertTrue(number(demo.awaitLine(SUMMARY), 1) > 0, demo::output);
    }
  }

  @Test
  void aBadOptionIsToldWithTheUsage() throws Exception {
    try (Program demo = demo("--speed", "9")) {
      assertEquals(2, demo.exitStatus(), demo::output);
      demo.awaitLine("demo: there is no option --speed");
      demo.awaitLine("Usage: scripts/demo .*");
    }
  }

  @Test
  void helpIsNoFailure() throws Exception {
    try (Program demo = demo("--help")) {
      assertEquals(0, demo.exitStatus(), demo::output);
      assertEquals(Options.USAGE.strip(), demo.output());
    }
  }

  @Test
  void aPortInUseIsNamedWithAWayOut() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Program demo = demo("--port", "" + other.getLocalPort())) {
      assertEquals(1, demo.exitStatus(), demo::output);
      demo.awaitLine("demo: bind\\(127\\.0\\.0\\.1:" + other.getLocalPort() + "\\): EADDRINUSE.*");
      demo.awaitLine("demo: --port 0 takes any free port");
    }
  }

  @Test
  void aBackendThatIsNotThereIsToldWithTheReason() throws Exception {
    try (Program demo = demo("--backend", "kqueue")) {
      assertEquals(1, demo.exitStatus(), demo::output);
      demo.awaitLine("demo: backend kqueue cannot be had: kqueue belongs to macOS .*");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aSignalEndsTheLoadInOrder(String signal) throws Exception {
    try (Program demo = demo("--seconds", "600", "--connections", "5")) {
      demo.awaitLine(SECOND);
      end(demo, signal);
      demo.awaitLine(SUMMARY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aServingDemoEchoesForVisitorsUntilASignal(String signal) throws Exception {
    try (Program demo = demo("--serve", "--seconds", "0")) {
      demo.awaitLine("serving .*");
      try (Socket visitor = visit(demo)) {
        demo.awaitLine("visitor .* came");
        visitor.getOutputStream().write("hello".getBytes());
        assertEquals("hello", new String(visitor.getInputStream().readNBytes(5)));
        end(demo, signal);
        assertEquals(-1, visitor.getInputStream().read(), "closed, and not reset");
      }
      Assertions.assertThrows(ConnectException.class, () -> visit(demo).close());
    }
  }

  private static void end(Program demo, String signal) throws Exception {
    assumeFalse(
        signal.equals("INT") && demo.ignoresInterrupt(), "SIGINT is ignored where this runs");
    demo.signal(signal);
    assertEquals(signal.equals("INT") ? 128 + 2 : 128 + 15, demo.exitStatus(), demo::output);
    demo.awaitLine(CLOSED);
    assertFalse(demo.output().contains("Exception"), demo::output);
  }
}
