package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.reactor.tcp.DisposableServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Programs that others wrote talk to our echo server: what goes in comes out. */
class ForeignPeersIT {
  private static final int LENGTH = 4 << 20;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void socatGetsItsBytesBack() throws IOException {
    DisposableServer server = LOOPS.echoServer().bindNow();
    assertEchoed("socat", "-t", "60", "-", "TCP:127.0.0.1:" + server.port());
    server.disposeNow();
  }

  @Test
  void socatOverAUnixSocketGetsItsBytesBack(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("echo");
    DisposableServer server =
        LOOPS.echoServer().bindAddress(() -> UnixDomainSocketAddress.of(path)).bindNow();
    assertEchoed("socat", "-t", "60", "-", "UNIX-CONNECT:" + path);
    server.disposeNow();
  }

  @Test
  void ncatGetsItsBytesBack() throws IOException {
    DisposableServer server = LOOPS.echoServer().bindNow();
    assertEchoed("ncat", "127.0.0.1", Integer.toString(server.port()));
    server.disposeNow();
  }

  /** Writes to a program's standard input, ends it, and reads the same from its output. */
  private static void assertEchoed(String... command) throws IOException {
    assumeTrue(isInstalled(command[0]), command[0] + " is not installed");
    Process program =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    CompletableFuture<Void> writing =
        Background.run(() -> {
          try (OutputStream in = program.getOutputStream()) {
            in.write(Pattern.DEFAULT.bytes(0, LENGTH));
          }
        });
    byte[] echoed;
    try (InputStream out = program.getInputStream()) {
      echoed = out.readAllBytes();
    }
    Await.completion(writing);
    assertEquals(LENGTH, echoed.length);
    Pattern.DEFAULT.check(ByteBuffer.wrap(echoed), 0);
    assertEquals(0, Await.completion(program.onExit()).exitValue());
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
