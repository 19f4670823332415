package dev.zloop.reactor.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import reactor.blockhound.BlockingOperationError;

/** Each call of the JDK that is marked is caught on a loop, and its neighbours are not. */
class BlockingCallsTest {
  private static final String LOOKUP = "java.net.InetAddress$";
  private static final String FILE_CHANNEL = "sun.nio.ch.FileChannelImpl#";
  private static final String CHANNEL = "java.nio.channels.spi.AbstractInterruptibleChannel#begin";
  private static final String SELECTOR = "sun.nio.ch.SelectorImpl#select";

  @TempDir static Path directory;

  private static ZLoop loop;
  private static Path file;
  private static FileChannel channel;
  private static Selector selector;
  private static Pipe pipe;
  private static ServerSocketChannel listener;
  private static SocketChannel peer;
  private static SocketChannel socket;
  private static SocketChannel waiting;
  private static DatagramChannel datagrams;

  /** What is done on the loop, and how a report calls it. */
  private record Blocking(String name, String reported, Executable action) {}

  @BeforeAll
  static void open() throws IOException {
    loop = ZLoop.builder().build().start();
    file = Files.writeString(directory.resolve("file"), "text");
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    selector = Selector.open();
    pipe = Pipe.open();
    listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    peer = SocketChannel.open(listener.getLocalAddress());
    socket = listener.accept();
    datagrams = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    // So that a call that is not caught does not wait either.
    peer.write(ByteBuffer.allocate(1));
    waiting = SocketChannel.open(listener.getLocalAddress());
    pipe.sink().write(ByteBuffer.allocate(1));
    datagrams.send(ByteBuffer.allocate(1), datagrams.getLocalAddress());
  }

  @AfterAll
  static void close() throws IOException {
    for (Closeable open :
        List.of(channel, selector, pipe.sink(), pipe.source(), listener, peer, socket, waiting)) {
      open.close();
    }
    datagrams.close();
    loop.close();
  }

  private static List<Blocking> blocking() {
    ByteBuffer bytes = ByteBuffer.allocate(1);
    ByteBuffer[] several = {bytes};
    return List.of(
        new Blocking(
            "a name looked up",
            LOOKUP + "NameServiceAddresses#get",
            () -> InetAddress.getByName("never-looked-up.invalid")),
        new Blocking(
            "a name looked up for a socket",
            LOOKUP + "NameServiceAddresses#get",
            () -> new InetSocketAddress("never-looked-up.invalid", 1)),
        new Blocking(
            "the name of an address",
            LOOKUP + "PlatformResolver#lookupByAddress",
            () -> new InetSocketAddress(InetAddress.getByAddress(ip()), 1).getHostName()),
        new Blocking(
            "the canonical name of an address",
            LOOKUP + "PlatformResolver#lookupByAddress",
            () -> InetAddress.getByAddress(ip()).getCanonicalHostName()),
        new Blocking(
            "a file opened to read",
            "java.io.FileInputStream#open0",
            () -> new FileInputStream(file.toFile())),
        new Blocking(
            "a file opened to write",
            "java.io.FileOutputStream#open0",
            () -> new FileOutputStream(file.toFile())),
        new Blocking(
            "a file opened for both",
            "java.io.RandomAccessFile#open0",
            () -> new RandomAccessFile(file.toFile(), "rw")),
        new Blocking(
            "a file channel opened",
            "sun.nio.fs.UnixNativeDispatcher.open0",
            () -> FileChannel.open(file)),
        new Blocking(
            "a file read at once",
            "sun.nio.fs.UnixNativeDispatcher.open0",
            () -> Files.readString(file)),
        new Blocking("a file read", FILE_CHANNEL + "read", () -> channel.read(bytes)),
        new Blocking("a file read somewhere", FILE_CHANNEL + "read", () -> channel.read(bytes, 0)),
        new Blocking(
            "a file read into several", FILE_CHANNEL + "read", () -> channel.read(several)),
        new Blocking("a file written", FILE_CHANNEL + "write", () -> channel.write(bytes)),
        new Blocking(
            "a file written somewhere", FILE_CHANNEL + "write", () -> channel.write(bytes, 0)),
        new Blocking(
            "a file written from several", FILE_CHANNEL + "write", () -> channel.write(several)),
        new Blocking("a file forced to disk", FILE_CHANNEL + "force", () -> channel.force(true)),
        new Blocking("a file truncated", FILE_CHANNEL + "truncate", () -> channel.truncate(0)),
        new Blocking("a file locked", FILE_CHANNEL + "lock", channel::lock),
        new Blocking(
            "a file sent", FILE_CHANNEL + "transferTo", () -> channel.transferTo(0, 1, socket)),
        new Blocking(
            "a file received",
            FILE_CHANNEL + "transferFrom",
            () -> channel.transferFrom(pipe.source(), 0, 1)),
        new Blocking("a socket's connect", CHANNEL, BlockingCallsTest::connect),
        new Blocking("a socket's accept", CHANNEL, listener::accept),
        new Blocking("a socket's read", CHANNEL, () -> socket.read(bytes)),
        new Blocking("a socket's write", CHANNEL, () -> socket.write(bytes)),
        new Blocking("a datagram received", CHANNEL, () -> datagrams.receive(bytes)),
        new Blocking("a pipe's read", CHANNEL, () -> pipe.source().read(bytes)),
        new Blocking("a pipe's write", CHANNEL, () -> pipe.sink().write(bytes)),
        new Blocking("a select", SELECTOR, () -> awake().select()),
        new Blocking("a select with a timeout", SELECTOR, () -> awake().select(1)),
        new Blocking("a select with an action", SELECTOR, () -> awake().select(key -> {})),
        new Blocking("a select with both", SELECTOR, () -> awake().select(key -> {}, 1)),
        new Blocking("a thread's end", "java.lang.Thread#join", () -> new Thread().join()));
  }

  /** A fresh one of 127.0.0.0/8, without a name. */
  private static byte[] ip() {
    return new byte[] {127, 1, 2, 3};
  }

  /** The selector, which will not wait. */
  private static Selector awake() {
    return selector.wakeup();
  }

  private static void connect() throws IOException {
    try (SocketChannel fresh = SocketChannel.open()) {
      fresh.connect(listener.getLocalAddress());
    }
  }

  @TestFactory
  Stream<DynamicTest> whatBlocksIsCaughtOnALoop() {
    return blocking().stream()
        .map(call ->
            DynamicTest.dynamicTest(
                call.name(),
                () -> assertEquals("Blocking call! " + call.reported(), report(call.action()))));
  }

  @Test
  void aNameThatTheJdkRemembersIsCaughtToo() throws IOException {
    InetAddress.getByName("localhost");
    String report = report(() -> InetAddress.getByName("localhost"));
    assertEquals("Blocking call! " + LOOKUP + "CachedLookup#get", report);
  }

  /** By one class where this host has IPv6, by another where it has not. */
  @Test
  void askingAHostWhetherItIsThereIsCaught() {
    String report = report(() -> InetAddress.getByAddress(ip()).isReachable(1));
    assertTrue(report.matches("Blocking call! java.net.Inet[46]AddressImpl#isReachable"), report);
  }

  @Test
  void whatOnlyLooksLikeItIsNot() {
    assertNull(
        thrownOnLoop(() -> {
          InetAddress.getByName("127.0.0.1");
          InetAddress.getByName("::1");
          InetAddress.getLoopbackAddress();
          assertEquals(
              "localhost", InetSocketAddress.createUnresolved("localhost", 1).getHostString());
          selector.selectNow();
          try (SocketChannel polled = SocketChannel.open()) {
            polled.configureBlocking(false);
            polled.connect(listener.getLocalAddress());
            selector.selectNow(key -> {});
          }
        }));
  }

  /** What BlockHound says of an action on the loop. */
  private static String report(Executable action) {
    Throwable error = thrownOnLoop(action);
    assertNotNull(error, "it was not caught");
    assertEquals(BlockingOperationError.class, error.getClass(), error::toString);
    return error.getMessage();
  }

  private static Throwable thrownOnLoop(Executable action) {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        action.execute();
        thrown.complete(null);
      } catch (Throwable error) {
        thrown.complete(error);
      }
    });
    return thrown.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
