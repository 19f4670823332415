package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Files sent to a simulated peer: by the transport, and read for it. */
class SendFileTest {
  private static final int LENGTH = 1_000_000;

  /** What the kernels between have room for, the queue, and what is read or queued ahead. */
  private static final int AHEAD_BYTES_MAX = 900_000;

  enum Way {
    SENDFILE,
    CHUNKED;

    Outbound send(Outbound out, Path file, long position, long count) {
      return this == SENDFILE
          ? out.sendFile(file, position, count)
          : out.sendFileChunked(file, position, count);
    }
  }

  private final SimulatedSend send = new SimulatedSend();
  private final byte[] content = new byte[LENGTH];
  @TempDir private Path directory;

  private Path file() throws IOException {
    new Random(7).nextBytes(content);
    return Files.write(directory.resolve("file"), content);
  }

  @AfterEach
  void noFileIsLeftOpen() throws IOException {
    send.close();
    assertFalse(isOpen());
  }

  private boolean isOpen() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(SendFileTest::target).anyMatch(path -> path.startsWith(directory));
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException closedMeanwhile) {
      return Path.of("");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsSentInItsPlaceBetweenOthers(Way way) throws IOException {
    Path file = file();
    Outbound sequence = send.out().sendString(Mono.just("before"));
    send.simulation.await(
        way.send(sequence, file, 0, LENGTH).sendString(Mono.just("after")).then().toFuture());
    assertFalse(isOpen());
    send.untilReceived(LENGTH + 11);
    assertEquals("before", send.peer.receivedText().substring(0, 6));
    assertArrayEquals(content, Arrays.copyOfRange(send.peer.received(), 6, 6 + LENGTH));
    assertTrue(send.peer.receivedText().endsWith("after"));
  }

  @Test
  void theWholeFileIsWhatItHasWhenTheTurnComesToIt() throws IOException {
    Path file = file();
    Mono<Void> sending = send.out().sendFile(file).then();
    Files.write(file, new byte[] {1, 2, 3});
    send.simulation.await(sending.toFuture());
    send.untilReceived(3);
    assertArrayEquals(new byte[] {1, 2, 3}, send.peer.received());
  }

  @ParameterizedTest
  @EnumSource
  void aPartIsSentAndAnEmptyOneCompletes(Way way) throws IOException {
    Path file = file();
    send.simulation.await(way.send(send.out(), file, 1234, 567_890).then().toFuture());
    send.simulation.await(way.send(send.out(), file, LENGTH, 0).then().toFuture());
    send.untilReceived(567_890);
    assertArrayEquals(Arrays.copyOfRange(content, 1234, 1234 + 567_890), send.peer.received());
  }

  @ParameterizedTest
  @EnumSource
  void twoFilesAtATimeArriveBothAndTheirSendersTakeTurns(Way way) throws IOException {
    Path file = file();
    send.peer.stopReading();
    Mono<Void> one = way.send(send.out(), file, 0, LENGTH).then();
    Mono<Void> another = way.send(send.out(), file, 0, LENGTH).then();
    CompletableFuture<Void> both = Mono.when(one, another).toFuture();
    send.settle();
    send.peer.startReading();
    send.simulation.await(both);
    send.untilReceived(2 * LENGTH);
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeSentFailsAndTheConnectionGoesOn(Way way) throws IOException {
    Path file = file();
    Path none = directory.resolve("none");
    assertInstanceOf(
        NoSuchFileException.class, send.failure(way.send(send.out(), none, 0, 1).then()));
    Throwable tooLong = send.failure(way.send(send.out(), file, 1, LENGTH).then());
    assertTrue(tooLong.getMessage().contains("has 1000000 bytes"), tooLong::getMessage);
    Throwable noFile = send.failure(way.send(send.out(), directory, 0, 0).then());
    assertTrue(noFile.getMessage().contains("is a directory"), noFile::getMessage);
    assertThrows(IllegalArgumentException.class, () -> way.send(send.out(), file, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> way.send(send.out(), file, 0, -1));
    send.simulation.await(send.out().sendString(Mono.just("next")).then().toFuture());
    send.untilReceived(4);
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsMadeShorterMeanwhileFailsTheSendAndResetsTheConnection(Way way)
      throws IOException {
    Path file = file();
    send.peer.stopReading();
    CompletableFuture<Void> sending = way.send(send.out(), file, 0, LENGTH).then().toFuture();
    send.settle();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(LENGTH - 1);
    }
    send.peer.startReading();
    send.simulation.runUntil(sending::isDone);
    Throwable failure = sending.handle((nothing, error) -> error).join();
    assertInstanceOf(FileSystemException.class, failure);
    assertTrue(failure.getMessage().contains("was made shorter"), failure::getMessage);
    send.simulation.runUntil(() -> send.peer.failure().isPresent());
  }

  @ParameterizedTest
  @EnumSource
  void forAPeerThatDoesNotReadLittleIsReadAhead(Way way) throws IOException {
    Path file = directory.resolve("large");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), 64 << 20);
    }
    send.peer.stopReading();
    Disposable sending = way.send(send.out(), file, 0, 64 << 20).then().subscribe();
    send.settle();
    sending.dispose();
    send.settle();
    send.peer.startReading();
    send.settle();
    long before = send.peer.receivedBytes();
    assertTrue(before > 0 && before < AHEAD_BYTES_MAX, () -> before + " bytes");
    assertFalse(isOpen());
    send.simulation.await(
        send.out().send(Mono.just(Unpooled.copiedBuffer(new byte[3]))).then().toFuture());
    send.untilReceived(before + 3);
  }

  @ParameterizedTest
  @EnumSource
  void anAbortedConnectionFailsItAndClosesTheFile(Way way) throws IOException {
    Path file = file();
    send.peer.stopReading();
    CompletableFuture<Void> sending = way.send(send.out(), file, 0, LENGTH).then().toFuture();
    send.settle();
    assertTrue(isOpen());
    send.connection.abort();
    send.simulation.runUntil(sending::isDone);
    assertInstanceOf(
        ConnectionClosedException.class, sending.handle((nothing, error) -> error).join());
    send.settle();
    assertFalse(isOpen());
    assertInstanceOf(
        ConnectionClosedException.class, send.failure(way.send(send.out(), file, 0, 1).then()));
  }
}
