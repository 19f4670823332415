package dev.zloop.core.edge;

import static java.net.StandardProtocolFamily.UNIX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.sys.Errno;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class UnixSocketTest {
  @TempDir private Path directory;

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(path());
  }

  private Path path() {
    return directory.resolve("test.sock");
  }

  @Test
  void aPathIsBoundAndConnectedTo() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, accepted);
      var outcome = new Outcome();

      connect(loop, outcome);
      StreamIo client = outcome.stream();
      int server = accepted.next();

      assertEquals(address(), acceptor.localAddress());
      assertEquals(address(), loop.call(() -> Sockets.remoteAddress(loop.loop, client.fd())));
      assertEquals(address(), loop.call(() -> Sockets.localAddress(loop.loop, server)));
      assertEquals(
          UnixDomainSocketAddress.of(""),
          loop.call(() -> Sockets.remoteAddress(loop.loop, server)));
      loop.run(() -> {
        client.close(false);
        Sockets.close(loop.loop, server);
      });
    }
  }

  @Test
  void aPathThatExistsIsInUseAndTheMessageSaysWhatToDo() throws Exception {
    Files.createFile(path());
    try (var loop = new RunningLoop()) {
      NativeIoException failure = assertFails(loop);

      assertEquals(
          "bind("
              + path()
              + "): EADDRINUSE (Address already in use); the path exists: remove the"
              + " file if no server is running on it (one that was killed leaves it), or choose"
              + " another",
          failure.getMessage());
    }
    assertTrue(Files.exists(path()), "the file is not ours");
  }

  @Test
  void aDirectoryThatDoesNotExistIsExplained() throws Exception {
    try (var loop = new RunningLoop()) {
      directory = directory.resolve("missing");
      assertTrue(assertFails(loop).getMessage().endsWith("; the directory does not exist"));
    }
  }

  @Test
  void aPathThatIsTooLongIsRefusedByBindAndConnect() throws Exception {
    try (var loop = new RunningLoop()) {
      directory = directory.resolve("x".repeat(120));
      var outcome = new Outcome();

      connect(loop, outcome);

      assertEquals("ENAMETOOLONG", assertFails(loop).errnoName());
      NativeIoException failure = outcome.failure(NativeIoException.class);
      assertTrue(failure.getMessage().startsWith("connect(" + path() + "): ENAMETOOLONG"));
      assertTrue(failure.getMessage().contains("may have 107 bytes"));
    }
  }

  @Test
  void aConnectToAPathThatNobodyBoundSaysSo() throws Exception {
    try (var loop = new RunningLoop()) {
      var outcome = new Outcome();

      connect(loop, outcome);

      assertEquals(
          "connect("
              + path()
              + "): ENOENT (No such file or directory);"
              + " no server has bound this path",
          outcome.failure().getMessage());
    }
  }

  @Test
  void aConnectToAnAbandonedFileIsRefused() throws Exception {
    try (var loop = new RunningLoop()) {
      open(loop, new Accepted());
      Path elsewhere = Files.move(path(), directory.resolve("moved.sock"));
      loop.loop.close();
      loop.awaitClosed();
      Files.move(elsewhere, path());
    }
    try (var loop = new RunningLoop()) {
      var outcome = new Outcome();
      connect(loop, outcome);
      NativeIoException failure = outcome.failure(NativeIoException.class);
      assertEquals("ECONNREFUSED", failure.errnoName());
      assertTrue(failure.getMessage().endsWith("one that was killed leaves its file"));
    }
  }

  @Test
  void closingRemovesTheFile() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, accepted);
      assertTrue(Files.exists(path()));

      loop.run(acceptor::close);
      accepted.awaitClosed();

      assertFalse(Files.exists(path()));
      open(loop, new Accepted());
    }
    assertFalse(Files.exists(path()), "the closing loop removes it too");
  }

  @Test
  void theFileOfAServerThatWasKilledIsInTheWayUntilSomebodyRemovesIt() throws Exception {
    try (var killed = ServerSocketChannel.open(UNIX)) {
      killed.bind(address());
    } // as a kill does, this leaves the file
    try (var loop = new RunningLoop()) {
      assertEquals("EADDRINUSE", assertFails(loop).errnoName());
      assertTrue(Files.exists(path()), "nobody takes it for granted that no server has it");

      Files.delete(path());

      open(loop, new Accepted());
    }
    assertFalse(Files.exists(path()));
  }

  @Test
  void closingLeavesAFileThatTookItsPlace() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor first = open(loop, accepted);
      Files.move(path(), directory.resolve("old.sock"));
      open(loop, new Accepted());

      loop.run(first::close);
      accepted.awaitClosed();

      assertTrue(Files.exists(path()));
    }
  }

  @Test
  void aListenerThatFailsAfterItWasBoundLeavesNoFile() throws Exception {
    try (var loop = new TurnedLoop()) {
      loop.failures.put("listen", Errno.EADDRINUSE);

      assertThrows(
          NativeIoException.class,
          () -> Acceptor.open(loop.loop, address(), SocketOptions.DEFAULT, new Accepted()));

      assertFalse(Files.exists(path()));
    }
  }

  private Acceptor open(RunningLoop loop, Accepted accepted) throws Exception {
    return loop.call(() -> Acceptor.open(loop.loop, address(), SocketOptions.DEFAULT, accepted));
  }

  private NativeIoException assertFails(RunningLoop loop) {
    return assertThrows(NativeIoException.class, () -> open(loop, new Accepted()));
  }

  private void connect(RunningLoop loop, Outcome outcome) throws Exception {
    loop.call(() ->
        Connector.connect(
            loop.loop, address(), null, SocketOptions.DEFAULT, Duration.ofSeconds(30), outcome));
  }
}
