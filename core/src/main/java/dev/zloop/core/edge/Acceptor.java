package dev.zloop.core.edge;

import static java.lang.System.Logger.Level.WARNING;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import dev.zloop.core.transport.ListenerEvents;
import dev.zloop.core.transport.ListenerIo;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * A bound socket that listens and accepts. It lives on its loop's thread, and until {@link #close}
 * or the loop's end. A listener on a Unix path removes the file that it made.
 */
public final class Acceptor implements LoopResource {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  /** Hears of connections, on the loop's thread. What a method throws is reported to the loop. */
  public interface Handler {

    /**
     * A connection: non-blocking, close-on-exec, and the receiver's to close. {@link Sockets} has
     * what can be done with it, {@code Transport.open} makes a stream of it.
     */
    void onAccepted(int fd);

    /**
     * Accepting failed, and goes on after a while: the process or the system has run out of
     * descriptors or memory. The first time of an episode is logged as well. Connections wait in
     * the backlog meanwhile.
     */
    default void onPaused(NativeIoException cause, Duration backOff) {}

    /**
     * The descriptor is closed, and nothing more is told. Told once, also when a defect stopped the
     * loop.
     */
    void onClosed();
  }

  private final EventLoop loop;
  private final Handler handler;
  private final BackOff backOff = new BackOff();

  private ListenerIo io;
  private SocketAddress localAddress;
  private Optional<BoundPath> boundPath = Optional.empty();
  private Timer resumption;

  /** Null unless it pauses, and Flight Recorder is to know. */
  private AcceptPausedEvent pauseRecord;

  private boolean closed;

  private Acceptor(EventLoop loop, Handler handler) {
    this.loop = loop;
    this.handler = handler;
  }

  /**
   * Binds, listens, and accepts from now on. The handler is told nothing within this call.
   *
   * @param address an IP address, an IPv6 one taking IPv4 connections too if it is the wildcard and
   *     the options allow; or a Unix path that does not exist yet. Port 0 stands for any free one
   * @throws NativeIoException if the kernel refuses: {@code bind(127.0.0.1:80): EADDRINUSE ..}, and
   *     what to try. Nothing is left open then
   * @throws IllegalArgumentException if the address is neither IP nor Unix, or not resolved
   */
  public static Acceptor open(
      EventLoop loop, SocketAddress address, SocketOptions options, Handler handler)
      throws NativeIoException {
    assert loop.inLoop();
    Acceptor acceptor = new Acceptor(loop, handler);
    acceptor.open(address, options);
    return acceptor.opened();
  }

  /**
   * As {@link #open}, of a socket that listens already; on success it is the acceptor's, on failure
   * still the caller's.
   */
  static Acceptor take(EventLoop loop, int listening, SocketAddress address, Handler handler)
      throws NativeIoException {
    assert loop.inLoop();
    Acceptor acceptor = new Acceptor(loop, handler);
    acceptor.begin(new RawSocket(loop, listening), address);
    return acceptor.opened();
  }

  private Acceptor opened() {
    loop.add(this);
    LOG.isLoggable(WARNING); // configures the log, out of a file, while there are descriptors
    return this;
  }

  private void open(SocketAddress address, SocketOptions options) throws NativeIoException {
    RawSocket socket = RawSocket.open(loop, address);
    try {
      OptionWriter.writeListener(options, socket);
      socket.bind(address);
      boundPath = BoundPath.of(address);
      socket.listen(address, options.backlog());
      begin(socket, socket.localAddress());
    } catch (Throwable error) {
      boundPath.ifPresent(BoundPath::remove);
      socket.close();
      throw error;
    }
  }

  private void begin(RawSocket socket, SocketAddress address) throws NativeIoException {
    localAddress = address;
    io = socket.accept(new Events());
  }

  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  public SocketAddress localAddress() {
    return localAddress;
  }

  /**
   * Stops listening; connections that wait in the backlog are reset. {@link Handler#onClosed} tells
   * the end, in a later turn; nothing else is told after this call. Idempotent.
   */
  public void close() {
    assert loop.inLoop();
    if (closed) {
      return;
    }
    closed = true;
    if (resumption != null) {
      resumption.cancel();
    }
    recordPause();
    boundPath.ifPresent(BoundPath::remove);
    io.close();
  }

  @Override
  public String kind() {
    return "listeners";
  }

  @Override
  public String describe() {
    boolean paused = resumption != null && !resumption.isDone();
    String state = closed ? "closing" : paused ? "pausing, since accepting failed" : "accepting";
    return "fd " + io.fd() + ", " + Failures.text(localAddress) + ": " + state;
  }

  @Override
  public void onLoopClosing() {
    close();
  }

  @Override
  public void onLoopStopped(Throwable defect) {
    if (!closed) {
      closed = true;
      boundPath.ifPresent(BoundPath::remove);
    }
    tell(handler::onClosed);
  }

  private void pause(NativeIoException cause) {
    Duration delay = backOff.next();
    if (backOff.beginsEpisode(loop.nanoTime())) {
      // A logger may fail just here: the first line that the JDK's formats reads a file.
      String line = cause.getMessage() + "; pausing, and trying again with back-off";
      tell(() -> LOG.log(WARNING, line));
    }
    try {
      resumption = loop.schedule(this::resume, delay);
    } catch (RejectedExecutionException closing) {
      return; // onLoopClosing follows
    }
    if (AcceptPausedEvent.isOn()) {
      pauseRecord = new AcceptPausedEvent();
      pauseRecord.loop = loop.name();
      pauseRecord.local = Failures.text(localAddress);
      pauseRecord.error = cause.errnoName();
      pauseRecord.message = cause.getMessage();
      pauseRecord.begin();
    }
    tell(() -> handler.onPaused(cause, delay));
  }

  private void resume() {
    recordPause();
    io.resume();
  }

  /** The pause is over, if there was one. */
  private void recordPause() {
    if (pauseRecord != null) {
      pauseRecord.commit();
      pauseRecord = null;
    }
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable error) {
      loop.report(error);
    }
  }

  @Override
  public String toString() {
    return "Acceptor[" + Failures.text(localAddress) + "]";
  }

  /** What the seam tells. Within the acceptor, so that its own users do not see it. */
  private final class Events implements ListenerEvents {

    @Override
    public void onAccepted(int fd) {
      backOff.reset();
      tell(() -> handler.onAccepted(fd));
    }

    @Override
    public void onAcceptFailed(int errno) {
      pause(Failures.ofAccept(localAddress, errno));
    }

    @Override
    public void onClosed() {
      loop.remove(Acceptor.this);
      tell(handler::onClosed);
    }
  }
}
