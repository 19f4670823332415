package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
}
