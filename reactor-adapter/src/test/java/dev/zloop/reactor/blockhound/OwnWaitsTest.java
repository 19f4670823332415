package dev.zloop.reactor.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.udp.UdpClient;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpServer;
import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

class OwnWaitsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void ourOwnWaitsAreNamedAndDoNothingOnALoop() {
    DisposableServer server = TcpServer.create().host("127.0.0.1").port(0).bindNow(PATIENCE);
    TcpClient client = TcpClient.create().host("127.0.0.1").port(server.port());
    Connection connection = client.connectNow(PATIENCE);
    UdpConnection udp = UdpServer.create().host("127.0.0.1").port(0).bindNow(PATIENCE);
    Map<String, Runnable> waits =
        Map.of(
            "tcp.TcpServer#bindNow", () -> TcpServer.create().host("127.0.0.1").port(0).bindNow(),
            "tcp.TcpClient#connectNow", client::connectNow,
            "tcp.Connection#disposeNow", connection::disposeNow,
            "tcp.DisposableServer#disposeNow", server::disposeNow,
            "udp.UdpServer#bindNow", () -> UdpServer.create().host("127.0.0.1").port(0).bindNow(),
            "udp.UdpClient#connectNow", () -> UdpClient.create().host("127.0.0.1").connectNow(),
            "udp.UdpConnection#disposeNow", udp::disposeNow);
    waits.forEach((name, wait) -> {
      Mono<?> onALoop = Mono.fromRunnable(wait).subscribeOn(Schedulers.fromZLoop());
      Throwable error =
          Exceptions.unwrap(assertThrows(Throwable.class, () -> onALoop.block(PATIENCE)));
      assertEquals(BlockingOperationError.class, error.getClass());
      assertEquals("Blocking call! dev.zloop.reactor." + name, error.getMessage());
    });
    assertFalse(connection.isDisposed());
    assertFalse(server.isDisposed());
    assertFalse(udp.isDisposed());
    connection.disposeNow(PATIENCE);
    server.disposeNow(PATIENCE);
    udp.disposeNow(PATIENCE);
  }

  /** They are known by their names. */
  @Test
  void everyMethodThatWaitsIsMarked() throws Exception {
    Set<String> waiting =
        publicTypes()
            .flatMap(type -> Stream.of(type.getMethods()))
            .filter(method -> method.getName().endsWith("Now"))
            .filter(method -> List.of(method.getParameterTypes()).contains(Duration.class))
            .map(OwnWaitsTest::name)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> marked =
        BlockingCalls.OUR_OWN.stream()
            .map(call -> call.type().replace('/', '.') + "#" + call.method())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(waiting, marked);
  }

  private static Stream<Class<?>> publicTypes() throws Exception {
    Path classes =
        Path.of(TcpServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes.resolve("dev"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
        types.add(
            Class.forName(
                name.substring(0, name.length() - 6), false, OwnWaitsTest.class.getClassLoader()));
      }
    }
    return types.stream().filter(type -> Modifier.isPublic(type.getModifiers()));
  }

  private static String name(Method method) {
    return method.getDeclaringClass().getName() + "#" + method.getName();
  }
}
