package dev.zloop.reactor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.reactor.tls.TlsException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tags that meters get. */
class MicrometerChannelMetricsRecorderTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private MicrometerChannelMetricsRecorder recorder(boolean onServer) {
    return new MicrometerChannelMetricsRecorder("a", "tcp", onServer, registry);
  }

  private Set<String> remotes() {
    return registry.find("a.data.received").summaries().stream()
        .map(summary -> summary.getId().getTag("remote.address"))
        .collect(Collectors.toSet());
  }

  @Test
  void thePeersOfAServerMakeNoMoreMetersThanThereIsRoomFor() {
    MicrometerChannelMetricsRecorder recorder = recorder(true);
    int peers = MicrometerChannelMetricsRecorder.ADDRESSES_MAX + 10;
    for (int i = 0; i < peers; i++) {
      InetAddress address = InetAddress.ofLiteral("10.0." + i / 256 + "." + i % 256);
      recorder.recordDataReceived(new InetSocketAddress(address, 1000 + i), 1);
      recorder.recordDataReceived(new InetSocketAddress(address, 10_000 + i), 1);
    }
    assertEquals(MicrometerChannelMetricsRecorder.ADDRESSES_MAX + 1, remotes().size());
    assertEquals(
        20, registry.get("a.data.received").tag("remote.address", "other").summary().totalAmount());
  }

  @Test
  void aClientIsToldByNameAndPort() {
    recorder(false).recordDataReceived(InetSocketAddress.createUnresolved("example.com", 80), 1);
    assertEquals(Set.of("example.com:80"), remotes());
  }

  @Test
  void aUnixPeerHasItsPathOrNoName() {
    MicrometerChannelMetricsRecorder recorder = recorder(true);
    recorder.recordDataReceived(UnixDomainSocketAddress.of("/tmp/a"), 1);
    recorder.recordDataReceived(UnixDomainSocketAddress.of(""), 1);
    assertEquals(Set.of("/tmp/a", "unnamed"), remotes());
  }

  @Test
  void errorsAreNamedAfterWhatCausedThem() {
    NativeIoException reset = new NativeIoException("recv(fd 7)", Errno.ECONNRESET);
    assertEquals("ECONNRESET", ErrorKind.of(new IllegalStateException(reset).getCause()));
    assertEquals("ECONNRESET", ErrorKind.of(new IOException("it ended", reset)));
    assertEquals(
        "TLS_TIMED_OUT",
        ErrorKind.of(new TlsException(TlsException.Reason.TIMED_OUT, "late", reset)));
    assertEquals("UnknownHostException", ErrorKind.of(new UnknownHostException("nobody")));
    assertEquals(
        "ArithmeticException",
        ErrorKind.of(new IOException("the handler failed", new ArithmeticException())));
    assertEquals("IOException", ErrorKind.of(new IOException("closed")));
    assertEquals("RuntimeException", ErrorKind.of(new RuntimeException("anonymous") {}));
  }
}
