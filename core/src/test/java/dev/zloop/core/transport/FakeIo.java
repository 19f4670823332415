package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Syscalls;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A seam whose completions the test tells, one turn each, in the order in which it says them. */
final class FakeIo implements SocketIo {
  final List<Stream> streams = new ArrayList<>();
  private final ArrayDeque<Runnable> completions = new ArrayDeque<>();
  boolean closed;

  /** One stream: the requests that came down, and completions to send up. */
  final class Stream implements StreamIo {
    final StreamEvents events;
    boolean receiving;
    boolean closing;
    boolean reset;
    boolean told;

    /** What the send in flight sends from; the front must stay as it is. */
    WriteQueue sending;

    long frontAddress;
    int frontLength;
    int shutdowns;
    int shutdownResult;

    /** What the next send returns. */
    int sendResult = IN_FLIGHT;

    private Stream(StreamEvents events) {
      this.events = events;
    }

    /** Tells something in the next turn. */
    void tell(Consumer<StreamEvents> completion) {
      completions.add(() -> {
        assert !closing || told : "told after close";
        completion.accept(events);
      });
    }

    void tellReceived(FakeLease lease) {
      tell(e -> e.onReceived(lease));
    }

    /** Completes the send in flight. */
    void tellSent(int result) {
      tell(e -> {
        requireFrontUnchanged();
        sending = null;
        e.onSent(result);
      });
    }

    /** What is in flight has ended, and the descriptor is closed. */
    void tellClosed() {
      assert closing;
      if (sending != null) {
        requireFrontUnchanged();
      }
      told = true;
      tell(StreamEvents::onClosed);
    }

    private void requireFrontUnchanged() {
      if (sending.isEmpty()
          || sending.address(0) != frontAddress
          || sending.length(0) != frontLength) {
        throw new AssertionError("the queue's front changed under a send");
      }
    }

    @Override
    public void handOver(StreamEvents next) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int fd() {
      return 42;
    }

    @Override
    public void startReceiving() {
      assert !closing;
      receiving = true;
    }

    @Override
    public void stopReceiving() {
      assert !closing;
      receiving = false;
    }

    @Override
    public int send(WriteQueue queue) {
      assert sending == null && !closing && !queue.isEmpty() && shutdowns == 0;
      if (sendResult == IN_FLIGHT) {
        sending = queue;
        frontAddress = queue.address(0);
        frontLength = queue.length(0);
      }
      return sendResult;
    }

    @Override
    public int shutdownOutput() {
      assert sending == null && !closing;
      shutdowns++;
      return shutdownResult;
    }

    @Override
    public void close(boolean reset) {
      if (!closing) {
        closing = true;
        this.reset = reset;
      }
    }
  }

  @Override
  public StreamIo openStream(int fd, StreamEvents events) {
    Stream stream = new Stream(events);
    streams.add(stream);
    return stream;
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events) {
    throw new AssertionError("no test of this seam has datagrams");
  }

  @Override
  public Syscalls syscalls() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void await(long timeoutNanos) {}

  @Override
  public int dispatch() {
    int served = completions.size();
    for (int left = served; left > 0; left--) {
      completions.poll().run();
    }
    return served;
  }

  @Override
  public boolean hasBacklog() {
    return !completions.isEmpty();
  }

  @Override
  public void wakeup() {}

  @Override
  public void close() {
    closed = true;
  }
}
