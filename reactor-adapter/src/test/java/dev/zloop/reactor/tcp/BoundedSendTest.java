package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Simulation;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * A peer that does not read makes nothing be kept for it but what fills the write queue, whatever
 * is being sent, and whether it is encrypted.
 */
class BoundedSendTest {
  private static final int PIECE_BYTES = 10_000;
  private static final int FILE_BYTES = 64 << 20;

  /** What is sent never ends, as far as the test goes. */
  enum Sent {
    BUFFERS(PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.send(endless().map(Unpooled::wrappedBuffer));
      }
    },
    SMALL_BUFFERS(100) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.send(endless().map(bytes -> Unpooled.wrappedBuffer(bytes, 0, 100)));
      }
    },
    GROUPS_THAT_ARE_NEVER_OVER(PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.send(endless().map(Unpooled::wrappedBuffer), buffer -> false);
      }
    },
    TEXT(PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.sendString(endless().map(bytes -> "x".repeat(PIECE_BYTES)));
      }
    },
    ARRAYS(PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.sendByteArray(endless());
      }
    },
    OBJECTS(PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.<byte[]>sendObject(endless(), (bytes, into) -> into.writeBytes(bytes));
      }
    },
    A_FILE(FileSender.PIECE_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.sendFile(file);
      }
    },
    A_FILE_IN_CHUNKS(FileBuffers.BUFFER_BYTES) {
      @Override
      Outbound to(Outbound out, Path file) {
        return out.sendFileChunked(file, 0, FILE_BYTES);
      }
    };

    /** The largest piece that the queue gets at once. */
    private final int bytesAtOnce;

    Sent(int bytesAtOnce) {
      this.bytesAtOnce = bytesAtOnce;
    }

    abstract Outbound to(Outbound out, Path file);

    static Flux<byte[]> endless() {
      return Flux.generate(sink -> sink.next(new byte[PIECE_BYTES]));
    }
  }

  private static X509Bundle certificate;
  @TempDir private static Path directory;
  private static Path file;

  @BeforeAll
  static void makeCertificateAndFile() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanIpAddress("127.0.0.1")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    file = directory.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), FILE_BYTES - 1);
    }
  }

  static Stream<Arguments> everything() {
    return Stream.of(Sent.values())
        .flatMap(sent -> Stream.of(Arguments.of(sent, false), Arguments.of(sent, true)));
  }

  @ParameterizedTest
  @MethodSource("everything")
  void forAPeerThatDoesNotReadTheQueueIsFilledAndNoMore(Sent sent, boolean encrypted) {
    try (Simulation simulation = Simulation.of(7)) {
      CompletableFuture<TcpConnection> accepted = new CompletableFuture<>();
      TcpServer serving =
          TcpServer.create()
              .runOn(simulation.loop(Backend.EPOLL))
              .host("127.0.0.1")
              .doOnConnection(connection -> accepted.complete((TcpConnection) connection))
              .handle((in, out) -> sent.to(out, file));
      TcpClient connecting = TcpClient.create().runOn(simulation.loop(Backend.IO_URING));
      if (encrypted) {
        serving = serving.secure(tls -> tls.sslContext(serverContext()));
        connecting = connecting.secure(tls -> tls.sslContext(clientContext()));
      }
      DisposableServer server = simulation.await(serving.bind().toFuture());
      Connection client =
          simulation.await(connecting.remoteAddress(server::address).connect().toFuture());
      TcpConnection sender = simulation.await(accepted);

      simulation.runFor(Duration.ofSeconds(1));
      assertBounded(sent, sender);
      long before = sender.sentBytes();

      Disposable reading = client.inbound().receive().subscribe();
      simulation.runUntil(() -> sender.sentBytes() > before);
      assertBounded(sent, sender);
      reading.dispose();
      simulation.runFor(Duration.ofSeconds(1));
      assertBounded(sent, sender);
    }
  }

  /** What the write queue has: its high mark, and the piece that filled it. */
  private static void assertBounded(Sent sent, TcpConnection sender) {
    long queued = sender.writtenBytes() - sender.sentBytes();
    long bound = sender.stream().options().writeQueueHighBytes() + sent.bytesAtOnce;
    assertTrue(queued > 0 && queued <= bound, () -> queued + " bytes, bound " + bound);
  }

  private static SslContext serverContext() {
    try {
      return SslContextBuilder.forServer(certificate.toKeyManagerFactory()).build();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static SslContext clientContext() {
    try {
      return SslContextBuilder.forClient().trustManager(certificate.getCertificate()).build();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
