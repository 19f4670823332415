package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Syscalls;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A seam that behaves as one over completions does, made of one over readiness: no send is complete
 * within its call, what is sent is read from its memory in a later turn, a receive that was stopped
 * brings up bytes once more, and a close waits for the send in flight. Whatever lives on the seam
 * must not see a difference.
 */
final class CompletingIo implements SocketIo {
  private final ReadinessIo io;
  private final ArrayDeque<Stream> submitted = new ArrayDeque<>();

  CompletingIo(ReadinessIo io) {
    this.io = io;
  }

  @Override
  public StreamIo openStream(int fd, StreamEvents events) throws NativeIoException {
    Stream stream = new Stream(events);
    stream.io = io.openStream(fd, stream);
    return stream;
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events)
      throws NativeIoException {
    Stream stream = new Stream(events);
    stream.io = io.connect(fd, address, addressLength, stream);
    return stream;
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) throws NativeIoException {
    return io.openListener(fd, events);
  }

  @Override
  public DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events)
      throws NativeIoException {
    return io.openDatagrams(fd, settings, events);
  }

  @Override
  public Syscalls syscalls() {
    return io.syscalls();
  }

  @Override
  public void await(long timeoutNanos) {
    io.await(timeoutNanos);
  }

  @Override
  public int dispatch() {
    int served = submitted.size();
    for (int left = served; left > 0; left--) {
      submitted.poll().execute();
    }
    return served + io.dispatch();
  }

  @Override
  public boolean hasBacklog() {
    return !submitted.isEmpty() || io.hasBacklog();
  }

  @Override
  public void wakeup() {
    io.wakeup();
  }

  @Override
  public List<String> describe() {
    return io.describe();
  }

  @Override
  public void close() {
    assert submitted.isEmpty();
    io.close();
  }

  private final class Stream implements StreamIo, StreamEvents {
    private StreamIo io;
    private StreamEvents events;

    /** What the send in flight sends from, or null. */
    private WriteQueue sending;

    private boolean submittedSend;
    private boolean receiving;
    private boolean closing;
    private boolean reset;

    Stream(StreamEvents events) {
      this.events = events;
    }

    // ---- requests

    @Override
    public void handOver(StreamEvents next) {
      events = next;
    }

    @Override
    public int fd() {
      return io.fd();
    }

    @Override
    public String inFlight() {
      return sending == null ? io.inFlight() : "in flight: send";
    }

    @Override
    public void startReceiving() {
      assert !closing;
      receiving = true;
      io.startReceiving();
    }

    /** Below it is stopped only when bytes came up once more. */
    @Override
    public void stopReceiving() {
      receiving = false;
    }

    @Override
    public int send(WriteQueue queue) {
      assert sending == null && !closing && !queue.isEmpty();
      sending = queue;
      submittedSend = true;
      submitted.add(this);
      return SocketIo.IN_FLIGHT;
    }

    @Override
    public int shutdownOutput() {
      assert sending == null && !closing;
      return io.shutdownOutput();
    }

    @Override
    public void close(boolean reset) {
      if (!closing) {
        closing = true;
        this.reset = reset;
        if (!submittedSend) {
          io.close(reset);
        }
      }
    }

    // ---- completions

    private void execute() {
      submittedSend = false;
      int result = io.send(sending); // the memory must be as it was, also while closing
      if (closing) {
        io.close(reset);
      } else if (result != SocketIo.IN_FLIGHT) {
        onSent(result);
      }
    }

    @Override
    public void onConnected(int result) {
      events.onConnected(result);
    }

    @Override
    public void onReceived(Lease lease) {
      if (closing) {
        lease.release();
        return;
      }
      events.onReceived(lease);
      if (!receiving && !closing) {
        io.stopReceiving();
      }
    }

    @Override
    public void onEof() {
      if (!closing) {
        events.onEof();
      }
    }

    @Override
    public void onSent(int result) {
      sending = null;
      if (!closing) {
        events.onSent(result);
      }
    }

    @Override
    public void onBroken(int errno) {
      if (!closing) {
        events.onBroken(errno);
      }
    }

    @Override
    public void onReceiveFailed(int errno) {
      if (!closing) {
        events.onReceiveFailed(errno);
      }
    }

    @Override
    public void onClosed() {
      events.onClosed();
    }
  }
}
