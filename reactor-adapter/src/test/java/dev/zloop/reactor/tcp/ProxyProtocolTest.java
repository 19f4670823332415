package dev.zloop.reactor.tcp;

import static dev.zloop.reactor.proxy.ProxyProtocolSupport.AUTO;
import static dev.zloop.reactor.proxy.ProxyProtocolSupport.OFF;
import static dev.zloop.reactor.proxy.ProxyProtocolSupport.ON;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.proxy.ProxyProtocolException;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Servers whose connections begin, or do not, with a PROXY header; on a simulated network. */
@ParameterizedClass
@EnumSource(names = {"EPOLL", "IO_URING"})
class ProxyProtocolTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String LINE = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  @Parameter Backend backend;

  private Simulation simulation = Simulation.of(7, Faults.HARMLESS);
  private final List<Connection> connections = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private DisposableServer server;
  private SimulatedPeer peer;

  @AfterEach
  void close() {
    simulation.close();
  }

  /** An echo server, and somebody who has connected to it. */
  private void connect(ProxyProtocolSupport support) {
    server =
        simulation.await(
            TcpServer.create()
                .runOn(simulation.loop(backend))
                .host("127.0.0.1")
                .proxyProtocol(support)
                .doOnConnection(connections::add)
                .doOnError((connection, error) -> failures.add(error))
                .handle((in, out) -> out.send(in.receive().retain()))
                .bind()
                .toFuture());
    peer = simulation.connect(server.address());
    simulation.runUntil(peer::isConnected);
  }

  private Connection connection() {
    return connections.getFirst();
  }

  private void assertEchoed(String text) {
    simulation.runUntil(() -> peer.receivedBytes() == text.length());
    assertEquals(text, peer.receivedText());
  }

  private String failure() {
    simulation.runUntil(() -> !failures.isEmpty() && peer.failure().isPresent());
    assertEquals(1, failures.size());
    assertEquals(List.of(), connections);
    return assertInstanceOf(ProxyProtocolException.class, failures.getFirst()).getMessage();
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Version 2, with the kind, the addresses and what goes with them. */
  private static byte[] version2(String command, String family, String block) {
    byte[] rest = bytes(block);
    return concat(bytes(SIGNATURE + command + family), bytes("%04x".formatted(rest.length)), rest);
  }

  private static byte[] overIpv4(String values) {
    return version2("21", "11", "c0000207 c6336401 1267 01bb" + values);
  }

  // ---- who the client is

  @Test
  void theClientIsWhomVersion1Names() {
    connect(ON);
    peer.send(LINE + "hello");
    assertEchoed("hello");
    assertEquals(new InetSocketAddress("192.0.2.7", 4711), connection().address());
    ProxyHeader header = connection().proxyHeader().orElseThrow();
    assertEquals(new InetSocketAddress("192.0.2.7", 4711), header.sourceAddress());
    assertEquals(new InetSocketAddress("198.51.100.1", 443), header.destinationAddress());
    assertEquals(peer.localAddress(), header.proxyAddress());
    assertEquals(Set.of(), header.types());
    assertEquals(peer.remoteAddress(), connection().localAddress());
  }

  @Test
  void theClientIsWhomVersion2NamesAndItsValuesCanBeRead() {
    connect(ON);
    peer.send(concat(overIpv4("02 0006 6120622063 64".replace(" ", "")), ascii("hello")));
    assertEchoed("hello");
    assertEquals(new InetSocketAddress("192.0.2.7", 4711), connection().address());
    ProxyHeader header = connection().proxyHeader().orElseThrow();
    assertEquals(Set.of(2), header.types());
    assertArrayEquals(ascii("a b cd"), header.value(2).orElseThrow());
    assertFalse(header.value(5).isPresent());
  }

  @Test
  void ipv6ClientsAreNamedByBothVersions() {
    connect(ON);
    peer.send("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n" + "a");
    assertEchoed("a");
    SocketAddress client = new InetSocketAddress("2001:db8::7", 4711);
    assertEquals(client, connection().address());

    SimulatedPeer other = simulation.connect(peer.remoteAddress());
    simulation.runUntil(other::isConnected);
    other.send(
        version2(
            "21",
            "21",
            "20010db8000000000000000000000007 20010db8000000000000000000000001 1267 01bb"));
    simulation.runUntil(() -> connections.size() == 2);
    assertEquals(client, connections.get(1).address());
  }

  @Test
  void aUnixClientIsNamedByItsPath() {
    connect(ON);
    String source = HexFormat.of().formatHex(ascii("/run/client"));
    String destination = HexFormat.of().formatHex(ascii("/run/server"));
    peer.send(version2("21", "31", source + "00".repeat(97) + destination + "00".repeat(97)));
    simulation.runUntil(() -> !connections.isEmpty());
    assertEquals(UnixDomainSocketAddress.of("/run/client"), connection().address());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN 192.0.2.7 198.51.100.1 4711 443\r\n",
        "LOCAL",
        "UNSPECIFIED"
      })
  void whereTheProxyNamesNobodyTheClientIsThePeerOfTheSocket(String header) {
    connect(ON);
    peer.send(
        switch (header) {
          case "LOCAL" -> version2("20", "11", "c0000207 c6336401 1267 01bb");
          case "UNSPECIFIED" -> version2("21", "00", "");
          default -> ascii(header);
        });
    peer.send("hello");
    assertEchoed("hello");
    assertEquals(peer.localAddress(), connection().address());
    assertFalse(connection().proxyHeader().isPresent());
  }

  // ---- the bytes behind it

  @Test
  void itMayComeByteByByteAndNothingBehindItIsLost() {
    connect(ON);
    for (byte each : concat(overIpv4("04 0003 000000"), ascii("hello"))) {
      peer.send(new byte[] {each});
      simulation.runFor(Duration.ofMillis(1));
    }
    peer.shutdownOutput();
    assertEchoed("hello");
    simulation.runUntil(peer::hasEnded);
    assertEquals("192.0.2.7", ((InetSocketAddress) connection().address()).getHostString());
  }

  @Test
  void muchBehindItIsPassedOnAndSoIsTheEnd() {
    byte[] much = new byte[300_000];
    new Random(5).nextBytes(much);
    connect(ON);
    byte[] all = concat(ascii(LINE), much);
    int[] sent = new int[1];
    simulation.runUntil(() -> {
      sent[0] += peer.trySend(all, sent[0], all.length - sent[0]);
      return sent[0] == all.length;
    });
    peer.shutdownOutput();
    simulation.runUntil(peer::hasEnded);
    assertArrayEquals(much, peer.received());
  }

  @Test
  void whereNobodyReadsWhatIsBehindItIsReleased() {
    server =
        simulation.await(
            TcpServer.create()
                .runOn(simulation.loop(backend))
                .host("127.0.0.1")
                .proxyProtocol(ON)
                .handle((in, out) -> out.sendString(Mono.just("bye")))
                .bind()
                .toFuture());
    peer = simulation.connect(server.address());
    simulation.runUntil(peer::isConnected);
    peer.send(LINE + "who reads this?");
    simulation.runUntil(peer::hasEnded);
    assertEquals("bye", peer.receivedText());
  }

  @Test
  void theSecondHeaderOfTwoIsTheClients() {
    connect(ON);
    peer.send(LINE + LINE);
    assertEchoed(LINE);
  }

  // ---- there is none

  @Test
  void whereItIsOffAHeaderIsTheClients() {
    connect(OFF);
    peer.send(LINE);
    assertEchoed(LINE);
    assertEquals(peer.localAddress(), connection().address());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "x", "PROXX", "\r\n\r\nhello"})
  void whoDoesNotBeginWithOneIsResetAtOnceWhereItHasTo(String other) {
    connect(ON);
    long before = simulation.nanoTime();
    peer.send(other);
    String message = failure();
    assertTrue(message.contains("does not begin with a PROXY header"), message);
    assertTrue(message.contains(HexFormat.of().formatHex(ascii(other.substring(0, 1)))), message);
    assertTrue(message.contains(peer.localAddress().toString()), message);
    assertTrue(simulation.nanoTime() - before < TIMEOUT.toNanos(), "before the timeout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "x", "PROXX", "\r\n\r\nhello"})
  void whoDoesNotBeginWithOneHasNoneWhereItMay(String other) {
    connect(AUTO);
    for (byte each : ascii(other)) {
      peer.send(new byte[] {each});
      simulation.runFor(Duration.ofMillis(1));
    }
    assertEchoed(other);
    assertEquals(peer.localAddress(), connection().address());
    assertFalse(connection().proxyHeader().isPresent());
  }

  @Test
  void whoBeginsWithOneIsBelievedWhereItMay() {
    connect(AUTO);
    peer.send(LINE + "hello");
    assertEchoed("hello");
    assertEquals(new InetSocketAddress("192.0.2.7", 4711), connection().address());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "PRO"})
  void whoEndsBeforeThatCanBeSaidHasNoneWhereItMay(String begun) {
    connect(AUTO);
    peer.send(begun);
    peer.shutdownOutput();
    simulation.runUntil(peer::hasEnded);
    assertEquals(begun, peer.receivedText());
    assertEquals(1, connections.size());
    assertEquals(List.of(), failures);
  }

  @Test
  void whoSaysNothingInTimeHasNoneWhereItMay() {
    connect(AUTO);
    peer.send("PRO");
    simulation.runUntil(() -> !connections.isEmpty());
    peer.send("CEED");
    assertEchoed("PROCEED");
  }

  // ---- there is a broken one

  @ParameterizedTest
  @EnumSource(names = {"ON", "AUTO"})
  void whoDoesNotEndItInTimeIsReset(ProxyProtocolSupport support) {
    connect(support);
    peer.send("PROXY TCP4 ");
    String message = failure();
    assertTrue(message.contains("no PROXY header within 10000 ms"), message);
  }

  @Test
  void whoSaysNothingInTimeIsResetWhereItHasTo() {
    connect(ON);
    assertTrue(failure().contains("no PROXY header within 10000 ms"));
  }

  @ParameterizedTest
  @EnumSource(names = {"ON", "AUTO"})
  void whoEndsWithinItIsReset(ProxyProtocolSupport support) {
    connect(support);
    peer.send("PROXY TCP4 ");
    peer.shutdownOutput();
    assertTrue(failure().contains("ended within its PROXY header"));
  }

  @Test
  void aLineWithoutAnEndIsRefused() {
    connect(ON);
    peer.send("PROXY TCP4 " + "1".repeat(200));
    assertTrue(failure().contains("more than 107 bytes"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n",
        "PROXY TCP4 192.0.2.700 198.51.100.1 4711 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 4711 99999\r\n",
        "PROXY TCP6 fe80::1%nowhere fe80::2%nowhere 4711 443\r\n",
        "PROXY SCTP 192.0.2.7 198.51.100.1 4711 443\r\n",
        "PROXY \u0007\nforged line\r\n",
        "PROXY \r\n"
      })
  void aLineThatMakesNoSenseIsRefused(String line) {
    connect(ON);
    peer.send(line + "hello");
    String message = failure();
    assertTrue(message.contains("makes no sense"), message);
    assertFalse(message.contains("\n"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31 11 000c c0000207 c6336401 1267 01bb", // another version
        "25 11 000c c0000207 c6336401 1267 01bb", // another command
        "21 41 000c c0000207 c6336401 1267 01bb", // another family
        "21 11 0004 c0000207", // too short for its family
        "21 31 0004 c0000207",
        "21 11 0010 c0000207 c6336401 1267 01bb 02 ffff 61", // a value that is longer than the rest
        "21 11 0018 c0000207 c6336401 1267 01bb 02 0005 6162636465 04 ffff 61", // behind a good one
        "21 11 0010 c0000207 c6336401 1267 01bb 20 0001 00" // a part that is too short
      })
  void aStructureThatMakesNoSenseIsRefused(String rest) {
    connect(ON);
    peer.send(concat(bytes(SIGNATURE + rest), ascii("hello")));
    String message = failure();
    assertTrue(message.contains("makes no sense"), message);
  }

  @Test
  void theLongestThereCanBeIsRead() {
    connect(ON);
    String filler = "04 fff0".replace(" ", "") + "00".repeat(0xfff0);
    byte[] all = concat(overIpv4(filler), ascii("hello"));
    assertEquals(16 + 0xffff, all.length - "hello".length());
    int[] sent = new int[1];
    simulation.runUntil(() -> {
      sent[0] += peer.trySend(all, sent[0], all.length - sent[0]);
      return sent[0] == all.length;
    });
    assertEchoed("hello");
  }

  // ---- who goes before

  @Test
  void whoOnlyLooksWhetherSomebodyListensIsNotWorthAWord() {
    connect(ON);
    peer.close();
    simulation.runUntil(() -> server.connections() == 0);
    assertEquals(List.of(), failures);
    assertEquals(List.of(), connections);
  }

  @Test
  void aResetWithinTheHeaderLeavesNothing() {
    connect(ON);
    peer.send("PROXY TCP4 ");
    simulation.runFor(Duration.ofMillis(1));
    peer.reset();
    simulation.runUntil(() -> server.connections() == 0);
    assertEquals(List.of(), connections);
  }

  @ParameterizedTest
  @EnumSource(names = {"ON", "AUTO"})
  void aServerThatIsShutDownWithinTheHeaderClosesTheConnection(ProxyProtocolSupport support) {
    connect(support);
    peer.send("PRO");
    simulation.runFor(Duration.ofMillis(1));
    assertEquals(1, server.connections());
    long before = simulation.nanoTime();
    var closed = server.shutdown(Duration.ZERO).toFuture();
    simulation.runUntil(peer::hasEnded);
    peer.close();
    assertEquals(1, simulation.await(closed));
    assertTrue(simulation.nanoTime() - before < TIMEOUT.toNanos(), "before the timeout");
    assertEquals(0, server.connections());
    assertEquals(List.of(), failures);
    assertEquals(List.of(), connections);
  }

  @Test
  void aLoopThatClosesWithinTheHeaderClosesTheConnection() {
    connect(ON);
    peer.send("PROXY TCP4 ");
    simulation.runFor(Duration.ofMillis(1));
    simulation.close();
    assertEquals(List.of(), connections);
  }

  // ---- what cannot be

  @Test
  void aTimeoutThatIsNotPositiveIsRefused() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> TcpServer.create().proxyProtocol(ON, Duration.ZERO));
    assertEquals("headerTimeout is PT0S, expected above 0", refusal.getMessage());
  }
}
