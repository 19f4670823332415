package dev.zloop.it.migration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.it.migration.programs.Caller;
import dev.zloop.it.migration.programs.Chat;
import dev.zloop.it.migration.programs.Checksum;
import dev.zloop.it.migration.programs.Discard;
import dev.zloop.it.migration.programs.Echo;
import dev.zloop.it.migration.programs.Greeter;
import dev.zloop.it.migration.programs.Proxy;
import dev.zloop.it.migration.programs.TlsEcho;
import dev.zloop.it.migration.programs.Upper;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import io.netty.handler.ssl.JdkSslContext;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.resources.LoopResources;

/**
 * Programs for Reactor Netty that run on zloop when nothing but the names in the migration guide's
 * table are changed, and do there what they did before.
 */
class MigrationIT {

  /** What a program runs on. */
  enum On {
    REACTOR_NETTY,
    ZLOOP
  }

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static LoopResources nettyLoops;
  private static Translation translation;

  @BeforeAll
  static void translate(@TempDir Path directory) throws IOException {
    nettyLoops = LoopResources.create("reactor-netty", 1, true);
    translation = Translation.into(directory);
  }

  @AfterAll
  static void stopNetty() {
    Await.completion(nettyLoops.disposeLater(Duration.ZERO, Await.PATIENCE));
  }

  private static Ported start(Class<?> program, On on) {
    try {
      return (Ported)
          switch (on) {
            case REACTOR_NETTY ->
                program.getConstructor(LoopResources.class).newInstance(nettyLoops);
            case ZLOOP ->
                translation.of(program).getConstructor(ZLoopGroup.class).newInstance(LOOPS.group());
          };
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** A client of a program, by the JDK's sockets. */
  private static final class Guest implements AutoCloseable {
    private final Socket socket;

    Guest(Ported program) throws IOException {
      this(new Socket("127.0.0.1", program.port()));
    }

    Guest(Socket socket) {
      this.socket = socket;
    }

    void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    void say(String text) throws IOException {
      send(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] receive(int length) throws IOException {
      return socket.getInputStream().readNBytes(length);
    }

    void assertHears(String text) throws IOException {
      assertEquals(text, new String(receive(text.length()), StandardCharsets.UTF_8));
    }

    void assertHearsTheEnd() throws IOException {
      assertEquals(-1, socket.getInputStream().read());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void assertEchoes(Guest guest) throws IOException {
    byte[] bytes = random(50_000);
    guest.send(bytes);
    assertArrayEquals(bytes, guest.receive(bytes.length));
  }

  @ParameterizedTest
  @EnumSource
  void echo(On on) throws IOException {
    try (Ported program = start(Echo.class, on);
        Guest guest = new Guest(program)) {
      assertEchoes(guest);
    }
  }

  @ParameterizedTest
  @EnumSource
  void discard(On on) throws IOException {
    try (Ported program = start(Discard.class, on);
        Guest guest = new Guest(program)) {
      guest.send(random(100_000));
      guest.socket.shutdownOutput();
      guest.assertHearsTheEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void greeter(On on) throws IOException {
    try (Ported program = start(Greeter.class, on);
        Guest guest = new Guest(program)) {
      guest.assertHears("hello you!");
      guest.assertHearsTheEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void upper(On on) throws IOException {
    try (Ported program = start(Upper.class, on);
        Guest guest = new Guest(program)) {
      guest.say("hello");
      guest.assertHears("HELLO");
      guest.say("again");
      guest.assertHears("AGAIN");
    }
  }

  @ParameterizedTest
  @EnumSource
  void checksum(On on) throws IOException {
    try (Ported program = start(Checksum.class, on);
        Guest guest = new Guest(program)) {
      byte[] bytes = random(1_000);
      CRC32 crc = new CRC32();
      crc.update(bytes);
      guest.send(bytes);
      assertEquals(crc.getValue(), new DataInputStream(guest.socket.getInputStream()).readLong());
      guest.assertHearsTheEnd();
    }
  }

  @ParameterizedTest
  @EnumSource
  void chat(On on) throws IOException {
    try (Ported program = start(Chat.class, on);
        Guest anna = new Guest(program)) {
      anna.say("a");
      anna.assertHears("a"); // so she is in
      try (Guest bert = new Guest(program)) {
        bert.say("b");
        bert.assertHears("b");
        anna.assertHears("b");
        anna.say("c");
        bert.assertHears("c");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void proxy(On on) throws IOException {
    try (Ported program = start(Proxy.class, on);
        Guest guest = new Guest(program)) {
      assertEchoes(guest);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tlsEcho(On on) throws Exception {
    try (Ported program = start(TlsEcho.class, on);
        Guest guest =
            new Guest(
                ((JdkSslContext) TlsEngine.build(TlsEngine.JDK.client()))
                    .context()
                    .getSocketFactory()
                    .createSocket("127.0.0.1", program.port()))) {
      assertEchoes(guest);
    }
  }

  @ParameterizedTest
  @EnumSource
  void caller(On on) throws IOException {
    try (Ported program = start(Caller.class, on);
        Guest guest = new Guest(program)) {
      guest.assertHears("one two three");
      guest.assertHearsTheEnd();
    }
  }
}
