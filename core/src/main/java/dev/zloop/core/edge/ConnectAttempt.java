package dev.zloop.core.edge;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.StreamEvents;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The connect to one address. It owns its descriptor until it is connected, and keeps the loop open
 * until that is closed or handed on. On the loop's thread.
 */
final class ConnectAttempt implements Cancellable, LoopResource {

  /** Hears the outcome: one of the two, once, in a later turn; nothing after a cancel. */
  interface Outcome {
    void onConnected(StreamIo stream);

    void onFailed(IOException cause);
  }

  private final EventLoop loop;
  private final SocketAddress address;
  private final Outcome outcome;
  private StreamIo io;
  private boolean handedOn;

  private ConnectAttempt(EventLoop loop, SocketAddress address, Outcome outcome) {
    this.loop = loop;
    this.address = address;
    this.outcome = outcome;
  }

  /**
   * Starts connecting.
   *
   * @param local where to connect from, or null
   * @throws IOException if there is no such socket, or it cannot be bound; nothing is left open
   *     then
   */
  static ConnectAttempt start(
      EventLoop loop,
      SocketAddress address,
      SocketAddress local,
      SocketOptions options,
      Outcome outcome)
      throws IOException {
    if (local != null && SocketAddresses.familyOf(local) != SocketAddresses.familyOf(address)) {
      throw new IOException(
          Failures.operation("connect", address)
              + ": the local address is of another family: "
              + Failures.text(local));
    }
    ConnectAttempt attempt = new ConnectAttempt(loop, address, outcome);
    RawSocket socket = RawSocket.open(loop, address);
    try {
      OptionWriter.writeConnection(options, socket);
      if (local != null) {
        socket.bind(local);
      }
      attempt.io = socket.connect(address, attempt.new Events());
    } catch (Throwable error) {
      socket.close();
      throw error;
    }
    loop.add(attempt);
    return attempt;
  }

  @Override
  public void cancel() {
    io.close(false);
  }

  @Override
  public String kind() {
    return "attempts to connect";
  }

  @Override
  public String describe() {
    String inFlight = io.inFlight();
    String state = inFlight.isEmpty() ? "closing" : inFlight;
    return "fd " + io.fd() + ", to " + Failures.text(address) + ": " + state;
  }

  /** Nothing to do: the {@link Connector} that made this attempt cancels it. */
  @Override
  public void onLoopClosing() {}

  private void connected() {
    if (isConnectedToItself()) {
      io.close(true); // a reset, lest the port stays in TIME_WAIT
      outcome.onFailed(Failures.ofConnectToItself(address));
      return;
    }
    handedOn = true;
    loop.remove(this);
    outcome.onConnected(io);
  }

  private void failed(int errno) {
    io.close(false);
    outcome.onFailed(Failures.ofConnect(address, errno));
  }

  /**
   * TCP lets a socket connect to its own address: two SYNs cross (RFC 9293, 3.5), here one and the
   * same. That happens where nothing listens on a port of the range from which the kernel picks
   * local ones, and it picks just that.
   */
  private boolean isConnectedToItself() {
    RawSocket socket = new RawSocket(loop, io.fd());
    return address instanceof InetSocketAddress remote
        && socket.localAddress() instanceof InetSocketAddress local
        && local.getPort() == remote.getPort()
        && local.equals(socket.remoteAddress());
  }

  /** What the seam tells: the connect's outcome, and the end of a descriptor that stayed here. */
  private final class Events implements StreamEvents {

    @Override
    public void onConnected(int result) {
      if (result == 0) {
        connected();
      } else {
        failed(-result);
      }
    }

    @Override
    public void onClosed() {
      if (!handedOn) {
        loop.remove(ConnectAttempt.this);
      }
    }

    @Override
    public void onReceived(Lease lease) {
      throw notTakenOver();
    }

    @Override
    public void onEof() {
      throw notTakenOver();
    }

    @Override
    public void onSent(int result) {
      throw notTakenOver();
    }

    @Override
    public void onBroken(int errno) {
      throw notTakenOver();
    }

    @Override
    public void onReceiveFailed(int errno) {
      throw notTakenOver();
    }

    private AssertionError notTakenOver() {
      return new AssertionError("nobody took over the stream that connected, fd " + io.fd());
    }
  }
}
