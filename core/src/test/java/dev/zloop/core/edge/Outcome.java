package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.StreamEvents;
import dev.zloop.core.transport.StreamIo;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** What a connect came to. It takes the stream over and does nothing with it. */
final class Outcome implements Connector.Callback {
  private final CompletableFuture<StreamIo> stream = new CompletableFuture<>();

  @Override
  public void onConnected(StreamIo connected) {
    connected.handOver(new Idle());
    assertFalse(stream.isDone(), "told twice");
    stream.complete(connected);
  }

  @Override
  public void onFailed(IOException cause) {
    assertFalse(stream.isDone(), "told twice");
    stream.completeExceptionally(cause);
  }

  boolean isTold() {
    return stream.isDone();
  }

  StreamIo stream() throws Exception {
    return Waiting.the(stream);
  }

  IOException failure() {
    return failure(IOException.class);
  }

  <T extends IOException> T failure(Class<T> type) {
    return assertThrows(type, this::stream);
  }

  private static final class Idle implements StreamEvents {
    @Override
    public void onConnected(int result) {
      throw new AssertionError("connected twice");
    }

    @Override
    public void onReceived(Lease lease) {
      lease.release();
    }

    @Override
    public void onEof() {}

    @Override
    public void onSent(int result) {}

    @Override
    public void onBroken(int errno) {}

    @Override
    public void onReceiveFailed(int errno) {}

    @Override
    public void onClosed() {}
  }
}
