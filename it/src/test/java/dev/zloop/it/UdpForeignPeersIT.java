package dev.zloop.it;

import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Program;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Programs that others wrote send datagrams to our echo server, and print what comes back. */
class UdpForeignPeersIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void socatGetsItsDatagramsBack() {
    UdpConnection server = echo();
    assertEchoed("socat", "-", "UDP:127.0.0.1:" + server.port());
    server.disposeNow();
  }

  @Test
  void ncatGetsItsDatagramsBack() {
    UdpConnection server = echo();
    assertEchoed("ncat", "-u", "127.0.0.1", Integer.toString(server.port()));
    server.disposeNow();
  }

  private static UdpConnection echo() {
    return UdpServer.create()
        .host("127.0.0.1")
        .runOn(LOOPS.group())
        .handle((in, out) -> out.send(in.receive().retain()))
        .bindNow();
  }

  private static void assertEchoed(String... command) {
    try (Program program = Program.start(command)) {
      for (int i = 0; i < 3; i++) {
        String line = "line " + i + "\n";
        program.send(line);
        program.awaitSaid(line);
      }
    }
  }
}
