package dev.zloop.reactor.metrics;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.udp.UdpClient;
import dev.zloop.reactor.udp.UdpServer;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has no Micrometer is told, if that is needed, and not bothered otherwise. */
class WithoutMicrometerTest {

  private static URLClassLoader classPathWithoutMicrometer() {
    URL[] urls =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("micrometer"))
            .map(WithoutMicrometerTest::url)
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  private static URL url(String entry) {
    try {
      return new File(entry).toURI().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {TcpServer.class, TcpClient.class, UdpServer.class, UdpClient.class})
  void theMessageSaysWhatIsMissing(Class<?> type) throws Exception {
    try (URLClassLoader loader = classPathWithoutMicrometer()) {
      Class<?> without = loader.loadClass(type.getName());
      Object settings = without.getMethod("create").invoke(null);
      Method metrics = without.getMethod("metrics", boolean.class);
      assertNotNull(metrics.invoke(settings, false));
      for (int i = 0; i < 2; i++) {
        Throwable thrown =
            assertThrows(InvocationTargetException.class, () -> metrics.invoke(settings, true))
                .getCause();
        assertInstanceOf(UnsupportedOperationException.class, thrown);
        assertTrue(thrown.getMessage().contains("io.micrometer:micrometer-core"));
      }
    }
  }

  @Test
  void aRecorderOfOnesOwnTakesNoMicrometer() throws Exception {
    try (URLClassLoader loader = classPathWithoutMicrometer()) {
      assertThrows(
          ClassNotFoundException.class,
          () -> loader.loadClass("io.micrometer.core.instrument.MeterRegistry"));
      assertNotNull(loader.loadClass(ChannelMetricsRecorder.class.getName()).getMethods());
    }
  }
}
