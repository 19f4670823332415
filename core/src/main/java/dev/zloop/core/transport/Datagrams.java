package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * A datagram socket: receiving on demand, a bounded queue of what is to be sent, and a count of
 * what nobody asked for in time. It exists once, over every backend; what the kernel does is behind
 * {@link DatagramIo}. For the loop's thread, all of it.
 *
 * <p>An empty datagram is one like any other. No error of a datagram's ends the socket.
 */
public final class Datagrams implements LoopResource {

  /** With so many queued, the queue is full. */
  public static final int QUEUE_DATAGRAMS_MAX = 256;

  /** With so many bytes queued, the queue is full. */
  public static final int QUEUE_BYTES_MAX = 1 << 20;

  private enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  private final EventLoop loop;
  private final DatagramSettings settings;
  private final DatagramHandler handler;
  private final DatagramQueue queue = new DatagramQueue();
  private DatagramIo io;
  private State state = State.OPEN;

  /** Why the socket ended, or null. */
  private IOException cause;

  /** Asked for and not told yet. */
  private long wanted;

  /** Received when nobody wanted it any more, and when it was closed, by the kernel's count. */
  private long dropped;

  private boolean sendInFlight;
  private boolean flushing;
  private boolean flushWanted;

  /** Datagrams are being told: what is sent meanwhile goes together, when all have been. */
  private boolean telling;

  private boolean wasFull;

  private Datagrams(
      EventLoop loop, DatagramSettings settings, Function<Datagrams, DatagramHandler> handlers) {
    this.loop = loop;
    this.settings = settings;
    this.handler = handlers.apply(this);
  }

  /**
   * Makes one of a bound or connected socket. It receives nothing until it is told to.
   *
   * @param fd the descriptor; this one's on success, still the caller's on failure
   * @param handlers makes the handler, which may use this once the call has returned
   * @throws NativeIoException if the kernel cannot watch the socket
   */
  public static Datagrams open(
      EventLoop loop,
      int fd,
      DatagramSettings settings,
      Function<Datagrams, DatagramHandler> handlers)
      throws NativeIoException {
    assert loop.inLoop();
    Datagrams datagrams = new Datagrams(loop, settings, handlers);
    datagrams.io = SocketIo.of(loop).openDatagrams(fd, settings, datagrams.new Events());
    loop.add(datagrams);
    loop.addConnection();
    return datagrams;
  }

  /** The loop that this lives on, for its whole life. */
  public EventLoop loop() {
    return loop;
  }

  /** The descriptor, for options and messages; not to close. */
  public int fd() {
    return io.fd();
  }

  /** Whether neither close nor failure has come. */
  public boolean isOpen() {
    return state == State.OPEN;
  }

  // ---- receiving

  /**
   * Asks for so many further datagrams, 1 or more; {@code Long.MAX_VALUE} for all that come.
   * Nothing is delivered within this call. Those that nobody has asked for wait in the socket's
   * buffer (SO_RCVBUF), as far as it has room; then the kernel drops and {@linkplain #dropped
   * counts} them.
   */
  public void request(long count) {
    assert loop.inLoop();
    assert count > 0;
    if (state == State.OPEN) {
      wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
      io.request(count);
    }
  }

  /** Takes back what was asked for and has not come; nothing is delivered from here on. */
  public void stopReceiving() {
    assert loop.inLoop();
    wanted = 0;
    if (state == State.OPEN) {
      io.stopReceiving();
    }
  }

  /**
   * How many datagrams came and were lost on this machine, because nobody asked for them in time or
   * their checksum was wrong; modulo 2^32 as far as the kernel counts, which is only known of
   * Linux. A system call.
   */
  public long dropped() {
    assert loop.inLoop();
    return state == State.OPEN ? dropped + io.dropped() : dropped;
  }

  // ---- sending

  /**
   * Whether the queue has room. Once it is full, it is until half of it has been sent, which {@link
   * DatagramHandler#onWritable} tells.
   */
  public boolean isWritable() {
    return state == State.OPEN && !wasFull;
  }

  /** How many datagrams the queue takes until it is full; 0 if it is, or if this is closed. */
  public int room() {
    return isWritable() ? QUEUE_DATAGRAMS_MAX - queue.count() : 0;
  }

  /**
   * Queues a datagram; {@link #flush} sends it. The queue takes each: whoever sends while it
   * {@linkplain #isWritable is full} makes it unbounded. What this socket cannot send at all, for
   * reasons of its own, fails by {@link DatagramHandler#onSent}, too.
   *
   * @param address native memory that stays as it is until the owner is told of
   * @param length bytes, 0 or more
   * @param recipient resolved, or null for the peer of a connected socket
   * @param owner for {@link DatagramHandler#onSent}
   * @throws IllegalArgumentException if the recipient is unresolved; nothing was taken
   */
  public void send(long address, int length, InetSocketAddress recipient, Object owner) {
    assert loop.inLoop();
    if (recipient != null && recipient.isUnresolved()) {
      throw new IllegalArgumentException(
          "the recipient is unresolved, expected an address: " + recipient);
    }
    if (state != State.OPEN) {
      tell(() -> handler.onSent(owner, closedException()));
    } else if (recipient != null && !suits(recipient)) {
      String call = "sendmmsg(fd " + io.fd() + ") to " + recipient;
      String advice = "the socket is bound to an IPv4 address, and the recipient has an IPv6 one";
      NativeIoException failure = new NativeIoException(call, Errno.EAFNOSUPPORT, advice);
      tell(() -> handler.onSent(owner, failure));
    } else {
      queue.add(address, length, recipient, owner);
      wasFull |= queue.count() >= QUEUE_DATAGRAMS_MAX || queue.bytes() >= QUEUE_BYTES_MAX;
    }
  }

  /**
   * As {@link #send(long, int, InetSocketAddress, Object)}, from position to limit.
   *
   * @throws IllegalArgumentException if the buffer is not a direct one; nothing was taken
   */
  public void send(ByteBuffer bytes, InetSocketAddress recipient, Object owner) {
    send(Memory.addressOf(bytes), bytes.remaining(), recipient, owner);
  }

  private boolean suits(InetSocketAddress recipient) {
    int own = SocketAddresses.familyOf(recipient);
    return own == settings.family() || own == SocketConstants.AF_INET;
  }

  /**
   * Sends what is queued, several datagrams by one system call: at once as far as the kernel takes
   * them, and the rest when it does. While datagrams are being told, it waits until all have been.
   */
  public void flush() {
    assert loop.inLoop();
    flushWanted = true;
    if (telling || flushing || sendInFlight) {
      return; // whoever does that comes here afterwards
    }
    flushing = true;
    while (!queue.isEmpty() && state == State.OPEN && !sendInFlight) {
      int result = io.send(queue);
      if (result == SocketIo.IN_FLIGHT) {
        sendInFlight = true;
      } else {
        settle(result);
      }
    }
    flushing = false;
    flushWanted = false;
    tellWritable();
  }

  /** A send is complete: tells those that it concerned. */
  private void settle(int result) {
    if (result < 0) {
      InetSocketAddress recipient = queue.recipient(0);
      tellSent(failureOf(recipient, queue.length(0), -result));
    }
    for (int left = result; left > 0; left--) {
      tellSent(null);
    }
  }

  private void tellSent(IOException failure) {
    Object owner = queue.remove();
    try {
      handler.onSent(owner, failure);
    } catch (Throwable error) {
      onHandlerFailed(error);
    }
  }

  private NativeIoException failureOf(InetSocketAddress recipient, int length, int errno) {
    String to = recipient == null ? "" : " to " + recipient;
    return new NativeIoException("sendmmsg(fd " + io.fd() + ")" + to, errno, advice(length, errno));
  }

  private static String advice(int length, int errno) {
    if (errno == Errno.EMSGSIZE) {
      return length
          + " bytes are more than one datagram takes here: 65507 by IPv4, or the path's"
          + " or interface's own limit";
    }
    if (errno == Errno.EDESTADDRREQ) {
      return "the socket is not connected, so that each datagram needs a recipient";
    }
    if (errno == Errno.EACCES) {
      return "a broadcast address needs SO_BROADCAST";
    }
    return "";
  }

  private void tellWritable() {
    if (wasFull
        && state == State.OPEN
        && queue.count() <= QUEUE_DATAGRAMS_MAX / 2
        && queue.bytes() <= QUEUE_BYTES_MAX / 2) {
      wasFull = false;
      tell(handler::onWritable);
    }
  }

  // ---- the end

  /**
   * Closes. What the kernel has not taken yet fails; the end is told in a turn to come. Idempotent.
   */
  public void close() {
    close(null);
  }

  private void close(IOException why) {
    assert loop.inLoop();
    if (state == State.OPEN) {
      dropped += io.dropped();
      state = State.CLOSING;
      cause = why;
      io.close();
    }
  }

  @Override
  public String kind() {
    return "datagram sockets";
  }

  @Override
  public String describe() {
    if (state != State.OPEN) { // the descriptor may be closed, and its number another's
      return "fd " + fd() + ": closing";
    }
    return "fd "
        + fd()
        + ", "
        + Endpoints.text(SocketIo.of(loop).syscalls(), fd())
        + (wanted == Long.MAX_VALUE ? ": all" : ": " + wanted)
        + " wanted, "
        + dropped()
        + " dropped, "
        + queue.count()
        + " to send with "
        + queue.bytes()
        + " bytes"
        + (sendInFlight ? ", waits to send" : "");
  }

  @Override
  public void onLoopClosing() {
    close(new IOException("loop " + loop.name() + " was closed"));
  }

  @Override
  public void onLoopStopped(Throwable defect) {
    cause = new IOException("loop " + loop.name() + " stopped because of a defect", defect);
    finish();
  }

  private void finish() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    loop.removeConnection();
    while (!queue.isEmpty()) {
      tellSent(closedException());
    }
    tell(() -> handler.onClosed(cause));
  }

  private IOException closedException() {
    return new IOException(
        "the datagram socket is closed" + (cause == null ? "" : ": " + cause.getMessage()), cause);
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable error) {
      onHandlerFailed(error);
    }
  }

  private void onHandlerFailed(Throwable error) {
    loop.report(error);
    if (state == State.OPEN) {
      close(new IOException("the handler of " + this + " failed", error));
    }
  }

  @Override
  public String toString() {
    return "Datagrams[fd " + io.fd() + "]";
  }

  /** What the seam tells. Within, so that the users do not see it. */
  private final class Events implements DatagramEvents {

    @Override
    public void onReceived(ReceivedDatagram datagram) {
      if (wanted == 0) {
        dropped++;
        return;
      }
      if (wanted != Long.MAX_VALUE) {
        wanted--;
      }
      telling = true;
      try {
        handler.onReceived(datagram);
      } catch (Throwable error) {
        onHandlerFailed(error);
      }
    }

    @Override
    public void onAllReceived() {
      telling = false;
      if (flushWanted) {
        flush();
      }
    }

    @Override
    public void onSent(int result) {
      sendInFlight = false;
      flushing = true; // by who is told: nothing is sent again before all that was sent is settled
      settle(result);
      flushing = false;
      flush();
    }

    @Override
    public void onError(int errno) {
      NativeIoException error =
          new NativeIoException("an earlier datagram of fd " + io.fd(), errno);
      tell(() -> handler.onError(error));
    }

    @Override
    public void onClosed() {
      loop.remove(Datagrams.this);
      finish();
    }
  }
}
