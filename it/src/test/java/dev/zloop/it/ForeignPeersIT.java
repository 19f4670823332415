package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Program;
import dev.zloop.nativereactor.AbstractUnixAddress;
import dev.zloop.reactor.tcp.DisposableServer;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Programs that others wrote talk to our echo server: what goes in comes out. */
class ForeignPeersIT {
  private static final int LENGTH = 4 << 20;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void socatGetsItsBytesBack() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    assertEchoed("socat", "-t", "60", "-", "TCP:127.0.0.1:" + server.port());
    server.disposeNow();
  }

  @Test
  void socatOverAUnixSocketGetsItsBytesBack(@TempDir Path directory) {
    Path path = directory.resolve("echo");
    DisposableServer server =
        LOOPS.echoServer().bindAddress(() -> UnixDomainSocketAddress.of(path)).bindNow();
    assertEchoed("socat", "-t", "60", "-", "UNIX-CONNECT:" + path);
    server.disposeNow();
  }

  @Test
  void socatOverAnAbstractNameGetsItsBytesBack() {
    String name = "zloop-it-" + UUID.randomUUID();
    DisposableServer server =
        LOOPS.echoServer().bindAddress(() -> AbstractUnixAddress.of(name)).bindNow();
    assertEchoed("socat", "-t", "60", "-", "ABSTRACT-CONNECT:" + name);
    server.disposeNow();
  }

  @Test
  void ncatGetsItsBytesBack() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    assertEchoed("ncat", "127.0.0.1", Integer.toString(server.port()));
    server.disposeNow();
  }

  /** Writes to a program's standard input, ends it, and reads the same from its output. */
  private static void assertEchoed(String... command) {
    try (Program program = Program.start(command)) {
      CompletableFuture<Void> writing = program.sendInBackground(Pattern.DEFAULT, LENGTH);
      byte[] echoed = program.outputBytes();
      Await.completion(writing);
      assertEquals(LENGTH, echoed.length);
      Pattern.DEFAULT.check(ByteBuffer.wrap(echoed), 0);
      assertEquals(0, program.exitStatus());
    }
  }
}
