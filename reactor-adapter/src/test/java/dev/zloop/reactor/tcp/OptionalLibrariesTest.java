package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.tls.TlsException;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import reactor.core.Exceptions;

/** What a program is told that lacks a library which not every program needs. */
class OptionalLibrariesTest {

  /** The classes of these tests, on a class path without a library. */
  private static URLClassLoader without(String library) throws Exception {
    List<URL> others = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.contains(library)) {
        others.add(Path.of(entry).toUri().toURL());
      }
    }
    return new URLClassLoader(others.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @Test
  void withoutNettysCodecTheProxyProtocolSaysWhatToAddAndTheRestWorks() throws Exception {
    try (URLClassLoader loader = without("netty-codec-haproxy")) {
      Class<?> type = loader.loadClass("dev.zloop.reactor.tcp.TcpServer");
      Class<?> support = loader.loadClass("dev.zloop.reactor.proxy.ProxyProtocolSupport");
      Object server = type.getMethod("create").invoke(null);
      var method = type.getMethod("proxyProtocol", support);

      var failure =
          assertThrows(
              InvocationTargetException.class,
              () -> method.invoke(server, support.getField("ON").get(null)));

      var cause = assertInstanceOf(IllegalStateException.class, failure.getCause());
      assertEquals(
          "the PROXY protocol takes Netty's codec: add io.netty:netty-codec-haproxy",
          cause.getMessage());
      method.invoke(server, support.getField("OFF").get(null));
      Class.forName("dev.zloop.reactor.tcp.ServerBinding", true, loader);
    }
  }

  @Test
  void withoutReactorPoolAConnectionPoolSaysWhatToAdd() throws Exception {
    try (URLClassLoader loader = without("reactor-pool")) {
      Class<?> type = loader.loadClass("dev.zloop.reactor.tcp.TcpClient");
      Object client = type.getMethod("create").invoke(null);
      var method =
          loader.loadClass("dev.zloop.reactor.tcp.ConnectionPool").getMethod("builder", type);

      var failure =
          assertThrows(InvocationTargetException.class, () -> method.invoke(null, client));

      var cause = assertInstanceOf(IllegalStateException.class, failure.getCause());
      assertEquals(
          "a pool takes reactor-pool: add io.projectreactor.addons:reactor-pool",
          cause.getMessage());
    }
  }

  /** Netty's TLS handler asks whether it is on a Unix transport, which is in that library. */
  @Test
  void withoutNettysUnixLibraryTlsFailsForThatReasonAndSaysWhatToAdd() throws Exception {
    try (URLClassLoader loader = without("netty-transport-native-unix-common")) {
      Class<?> type = loader.loadClass("dev.zloop.reactor.tcp.OptionalLibrariesTest$SecureConnect");

      String failure = (String) callWith(loader, (Callable<?>) type.getConstructor().newInstance());

      assertTrue(
          failure.startsWith("MISSING_LIBRARY: TLS with ")
              && failure.endsWith(
                  ": the class io.netty.channel.unix.UnixChannel is missing: add"
                      + " io.netty:netty-transport-native-unix-common, which Netty's TLS takes"
                      + " whichever the transport, in Netty's version"),
          failure);
    }
  }

  /** With the loader as that of the thread, by which libraries look for services. */
  private static Object callWith(ClassLoader loader, Callable<?> callable) throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(loader);
    try {
      return callable.call();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  /** A client that begins a handshake, with the classes of whoever loads it. */
  public static final class SecureConnect implements Callable<String> {

    /** Why it failed. */
    @Override
    public String call() {
      ZLoop loop = ZLoop.builder().build().start();
      DisposableServer server = TcpServer.create().host("127.0.0.1").port(0).runOn(loop).bindNow();
      try {
        var connecting = TcpClient.create().runOn(loop).remoteAddress(server::address).secure();
        connecting.connectNow().disposeNow();
        return "it did not";
      } catch (RuntimeException e) {
        TlsException failure = (TlsException) Exceptions.unwrap(e);
        return failure.reason() + ": " + failure.getMessage();
      } finally {
        loop.close();
        loop.onClosed().toCompletableFuture().join();
      }
    }
  }
}
