package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that a server gets, and those that it does not get. */
class BindIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void aPortThatIsTakenIsNamed() {
    DisposableServer first = LOOPS.echoServer().bindNow();
    TcpServer second = LOOPS.echoServer().port(first.port());
    NativeIoException failure = Failures.of(NativeIoException.class, second.bind());
    assertEquals("EADDRINUSE", failure.errnoName());
    Failures.assertMentions(failure, "bind", "127.0.0.1:" + first.port(), "EADDRINUSE");
    Failures.assertMentions(
        Failures.of(NativeIoException.class, second::bindNow), "127.0.0.1:" + first.port());
    first.disposeNow();
  }

  @Test
  void aPortIsFreeAgainAfterItsServer() throws IOException {
    DisposableServer first = LOOPS.echoServer().bindNow();
    try (Peer peer = Peer.connect(first.address())) {
      peer.send("x");
      assertEquals("x", peer.receiveText(1));
      first.disposeNow();
    }
    DisposableServer second = LOOPS.echoServer().port(first.port()).bindNow();
    assertEquals(first.port(), second.port());
    second.disposeNow();
  }

  @Test
  void twoServersShareAPortIfBothSaySo() {
    TcpServer server = LOOPS.echoServer().option(SocketOption.SO_REUSEPORT, true);
    DisposableServer first = server.bindNow();
    DisposableServer second = server.port(first.port()).bindNow();
    assertEquals(first.address(), second.address());
    first.disposeNow();
    second.disposeNow();
  }

  @Test
  void aPathThatIsTakenIsNamedAndLeftAlone(@TempDir Path directory) throws IOException {
    Path path = Files.writeString(directory.resolve("taken"), "somebody's");
    SocketAddress address = UnixDomainSocketAddress.of(path);
    TcpServer server = TcpServer.create().bindAddress(() -> address).runOn(LOOPS.group());
    NativeIoException failure = Failures.of(NativeIoException.class, server.bind());
    Failures.assertMentions(failure, path.toString(), "EADDRINUSE");
    assertEquals("somebody's", Files.readString(path));
  }

  @Test
  void anAddressOfAnotherMachineIsNamed() {
    // RFC 5737: no machine has an address of this network.
    NativeIoException failure =
        Failures.of(NativeIoException.class, LOOPS.server().host("192.0.2.1").bind());
    Failures.assertMentions(failure, "192.0.2.1:0", "EADDRNOTAVAIL");
  }

  @Test
  void aNameWithoutAddressIsNamed() {
    UnknownHostException failure =
        Failures.of(UnknownHostException.class, LOOPS.server().host("nowhere.invalid").bind());
    Failures.assertMentions(failure, "nowhere.invalid");
  }

  @Test
  void doOnBoundIsToldOfTheServerBeforeBindIs() {
    AtomicReference<DisposableServer> told = new AtomicReference<>();
    DisposableServer server = LOOPS.echoServer().doOnBound(told::set).bindNow();
    assertEquals(server, told.get());
    server.disposeNow();
    assertTrue(server.isDisposed());
  }

  @Test
  void aServerWhoseDoOnBoundFailsIsClosed() {
    AtomicReference<DisposableServer> told = new AtomicReference<>();
    TcpServer server =
        LOOPS
            .echoServer()
            .doOnBound(bound -> {
              told.set(bound);
              throw new IllegalStateException("not this one");
            });
    Failures.assertMentions(
        Failures.of(IllegalStateException.class, server.bind()), "not this one");
    told.get().disposeNow();
  }
}
