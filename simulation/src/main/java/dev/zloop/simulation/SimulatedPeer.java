package dev.zloop.simulation;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.kernel.Socket;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The other end of a connection: somebody out in the simulated network, to whom no fault happens
 * but what the network brings. It receives whatever arrives, unless it was told to stop; what it
 * sends takes its time. Nothing of it waits: run the {@link Simulation} to see what comes of it.
 */
public final class SimulatedPeer {
  private static final int RECEIVE_BYTES = 16 << 10;

  private final Socket socket;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();
  private final byte[] buffer = new byte[RECEIVE_BYTES];

  /** How much of the first unsent piece was sent. */
  private int sentOfFirst;

  private long sentBytes;
  private boolean reading = true;
  private boolean endWanted;
  private boolean outputEnded;
  private boolean inputEnded;
  private boolean closed;

  /** What ended the connection instead of an end, positive; or 0. */
  private int errno;

  SimulatedPeer(Socket socket) {
    this.socket = socket;
    socket.observeFromOutside((changed, bits) -> progress());
  }

  private void progress() {
    if (!closed) {
      receive();
    }
    if (!closed) {
      sendUnsent();
    }
  }

  // ---- how it is

  /** Whether the connection stands, or stood once. */
  public boolean isConnected() {
    return socket.isConnected() || socket.isBroken() && socket.peer() != null;
  }

  /** Its own address. */
  public SocketAddress localAddress() {
    return socket.local();
  }

  /** The address that it is connected to. */
  public SocketAddress remoteAddress() {
    return socket.remote();
  }

  /** Whether the other end has ended its output, and everything before was received. */
  public boolean hasEnded() {
    return inputEnded;
  }

  /**
   * What broke the connection, as an errno's name: ECONNRESET, ECONNREFUSED, ETIMEDOUT, .. Empty as
   * long as it is not known to be broken.
   */
  public Optional<String> failure() {
    return errno == 0 ? Optional.empty() : Optional.of(Errno.name(errno));
  }

  // ---- what arrives

  private void receive() {
    while (reading && !inputEnded && errno == 0) {
      int result = socket.receive(buffer, 0, buffer.length);
      if (result <= 0) {
        onNothing(result);
        return;
      }
      received.write(buffer, 0, result);
    }
  }

  private void onNothing(int result) {
    if (result == 0) {
      inputEnded = true;
    } else if (result != -Errno.EAGAIN) {
      errno = -result;
    }
  }

  /** Takes no more: what arrives fills the window, and then the sender waits. */
  public void stopReading() {
    reading = false;
  }

  /** Takes what arrives, and has arrived, again. */
  public void startReading() {
    reading = true;
    progress();
  }

  /**
   * Takes at most so many bytes that have arrived, also while it does not read by itself.
   *
   * @return how many; 0 if there are none now, which {@link #hasEnded} and {@link #failure} explain
   */
  public int read(byte[] into, int offset, int length) {
    if (closed || inputEnded || errno != 0 || length == 0) {
      return 0;
    }
    int result = socket.receive(into, offset, length);
    if (result <= 0) {
      onNothing(result);
      return 0;
    }
    return result;
  }

  /** All that was received by itself so far. */
  public byte[] received() {
    return received.toByteArray();
  }

  /** All that was received by itself so far, as UTF-8. */
  public String receivedText() {
    return received.toString(StandardCharsets.UTF_8);
  }

  /** How many bytes were received by itself so far. */
  public long receivedBytes() {
    return received.size();
  }

  // ---- what it sends

  /** Sends, as fast as the other end takes it. */
  public void send(byte[] bytes) {
    if (bytes.length > 0) {
      unsent.add(bytes.clone());
      sendUnsent();
    }
  }

  /** Sends a text as UTF-8. */
  public void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends as much as the kernel takes now, and forgets the rest.
   *
   * @return how many bytes it took; 0 also if the connection is gone, which {@link #failure} tells
   */
  public int trySend(byte[] bytes, int offset, int length) {
    if (closed || errno != 0 || !unsent.isEmpty()) {
      return 0;
    }
    int result = socket.send(bytes, offset, length);
    if (result < 0) {
      onNotSent(result);
      return 0;
    }
    sentBytes += result;
    return result;
  }

  private void onNotSent(int result) {
    if (result != -Errno.EAGAIN) {
      errno = -result;
      unsent.clear();
    }
  }

  private void sendUnsent() {
    while (!unsent.isEmpty() && errno == 0) {
      byte[] first = unsent.peek();
      int result = socket.send(first, sentOfFirst, first.length - sentOfFirst);
      if (result < 0) {
        onNotSent(result);
        return;
      }
      sentBytes += result;
      sentOfFirst += result;
      if (sentOfFirst == first.length) {
        unsent.poll();
        sentOfFirst = 0;
      }
    }
    if (endWanted && !outputEnded && socket.isConnected() && unsent.isEmpty()) {
      outputEnded = true;
      socket.shutdownOutput();
    }
  }

  /** How many bytes its kernel has taken. */
  public long sentBytes() {
    return sentBytes;
  }

  /** Ends its output once everything is sent: the other end reads to its end. */
  public void shutdownOutput() {
    endWanted = true;
    sendUnsent();
  }

  // ---- the end

  /** Closes at once, as close(2): a reset if there is unread input, an end otherwise. */
  public void close() {
    if (!closed) {
      closed = true;
      socket.close();
    }
  }

  /** Closes with a reset. */
  public void reset() {
    if (!closed) {
      closed = true;
      socket.abort();
    }
  }

  @Override
  public String toString() {
    return "SimulatedPeer[" + socket + "]";
  }
}
