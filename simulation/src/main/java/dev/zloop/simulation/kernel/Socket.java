package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.AbstractUnixAddress;
import dev.zloop.nativereactor.sys.Errno;
import java.net.SocketAddress;
import java.util.ArrayDeque;

/**
 * A socket as the kernel has it, with or without a descriptor: one that a loop has, or an outside
 * peer. What Linux does is what this does; the comments say where it is written.
 */
public final class Socket implements Agenda.Event {

  /** Whoever wants to know when something about a socket changes. */
  public interface Observer {

    /**
     * Something changed; {@link Socket#readiness} says how things are now.
     *
     * @param bits POLL*: what has arisen
     */
    void onWake(Socket socket, int bits);
  }

  private enum Phase {
    FRESH,
    LISTENING,
    CONNECTING,
    CONNECTED,
    /** As the kernel's TCP_CLOSE: refused, reset or timed out. */
    BROKEN
  }

  private static final int SYN = 0;
  private static final int SYN_ACK = 1;
  private static final int REFUSAL = 2;
  private static final int GIVE_UP = 3;
  private static final int WAKE = 4;
  private static final int TELL = 5;

  private static final int SYN_RETRIES_MAX = 6;
  private static final long SECOND_NANOS = 1_000_000_000;

  final Kernel kernel;
  private final int number;
  private final boolean unix;
  private Phase phase = Phase.FRESH;
  private boolean closed;

  /** The descriptor, or -1 of an outside peer and of what waits in a backlog. */
  int fd = -1;

  private SocketAddress local;
  private SocketAddress remote;
  private Observer observer;

  /** The observer is a peer outside, which acts at once: never in the middle of something. */
  private boolean observedFromOutside;

  private boolean tellingDue;

  /** SO_ERROR: told once, to whoever asks first. */
  private int error;

  /** The peer's output is over, or the connection is. */
  private boolean inputShut;

  private boolean outputShut;

  /** A send found no room: the next room is announced. */
  private boolean wantsSpace;

  private Pipe in;
  private Pipe out;

  final SocketSettings settings;

  // ---- of a listener, and of a connection that goes through one

  private ArrayDeque<Socket> backlog;
  private int backlogMax;
  private int synRetries;

  /** The other end of a handshake, or of a connection. */
  private Socket peer;

  private Object attachment;

  /** A call was told to fail, so that whoever made it may give the connection up. */
  private boolean disturbed;

  /** Operations of completors on this socket that are not over. */
  int operationsInFlight;

  Socket(Kernel kernel, boolean unix) {
    this.kernel = kernel;
    this.unix = unix;
    number = kernel.nextSocketNumber();
    settings = new SocketSettings(kernel);
  }

  // ---- what it is

  /** The how-manieth socket of its kernel it is; unlike a descriptor's, nobody else's ever. */
  public int number() {
    return number;
  }

  /** What whoever looks from outside has attached. */
  public Object attachment() {
    return attachment;
  }

  public void attach(Object attachment) {
    this.attachment = attachment;
  }

  public boolean isUnix() {
    return unix;
  }

  public boolean isClosed() {
    return closed;
  }

  boolean isListening() {
    return phase == Phase.LISTENING;
  }

  public boolean isConnected() {
    return phase == Phase.CONNECTED;
  }

  /** Whether the connection ended otherwise than by ends of both its sides. */
  public boolean isBroken() {
    return phase == Phase.BROKEN;
  }

  public SocketAddress local() {
    return local;
  }

  public SocketAddress remote() {
    return remote;
  }

  /** Whether a fault may have ended the connection, or lost some of it. */
  public boolean isDisturbed() {
    return disturbed;
  }

  void markDisturbed() {
    disturbed = true;
    if (peer != null) {
      peer.disturbed = true;
    }
  }

  /** The other end, once there is one. */
  public Socket peer() {
    return peer;
  }

  SocketState state() {
    return switch (phase) {
      case FRESH -> SocketState.FRESH;
      case LISTENING -> SocketState.LISTENING;
      case CONNECTING -> SocketState.CONNECTING;
      case BROKEN -> SocketState.BROKEN;
      case CONNECTED ->
          inputShut
              ? outputShut ? SocketState.BOTH_ENDED : SocketState.INPUT_ENDED
              : outputShut ? SocketState.OUTPUT_ENDED : SocketState.OPEN;
    };
  }

  public void observe(Observer observer) {
    this.observer = observer;
  }

  /** As {@link #observe}, for an observer that calls this socket when it is told. */
  public void observeFromOutside(Observer observer) {
    this.observer = observer;
    observedFromOutside = true;
  }

  Observer observer() {
    return observer;
  }

  /** poll(2): what it is ready for. As tcp_poll and unix_poll of Linux. */
  public int readiness() {
    return switch (phase) {
      case FRESH -> Poll.OUT | Poll.HUP;
      case LISTENING -> backlog.isEmpty() ? 0 : Poll.IN;
      case CONNECTING -> 0;
      case CONNECTED, BROKEN -> {
        int bits = error != 0 ? Poll.ERR : 0;
        if (inputShut) {
          bits |= Poll.IN | Poll.RDHUP | (outputShut ? Poll.HUP : 0);
        } else if (in != null && in.available() > 0) {
          bits |= Poll.IN;
        }
        if (outputShut || out == null || out.isWritable()) {
          bits |= Poll.OUT;
        } else {
          wantsSpace = true;
        }
        yield bits;
      }
    };
  }

  private void wake(int bits) {
    if (observer != null && !observedFromOutside) {
      observer.onWake(this, bits);
    } else if (observer != null && !tellingDue) {
      tellingDue = true;
      kernel.later(0, this, TELL);
    }
  }

  private void tell() {
    tellingDue = false;
    if (observer != null) {
      observer.onWake(this, readiness());
    }
  }

  /** Announces in a while what is there already. */
  void wakeLater() {
    kernel.later(kernel.latency(this), this, WAKE);
  }

  // ---- beginnings

  int bind(SocketAddress address) {
    if (local != null) {
      return -Errno.EINVAL;
    }
    SocketAddress wanted = address;
    if (!unix && Endpoint.port(address) == 0) {
      wanted = Endpoint.withPort(address, kernel.network.freePort());
    } else if (kernel.network.isBound(wanted, settings.sharesPort())) {
      return -Errno.EADDRINUSE;
    }
    local = wanted;
    kernel.network.onBound(this);
    return 0;
  }

  int listen(int backlogMax) {
    if (phase == Phase.LISTENING) {
      this.backlogMax = backlogMax;
      return 0;
    }
    if (phase != Phase.FRESH || local == null) {
      return -Errno.EINVAL;
    }
    this.backlogMax = backlogMax;
    backlog = new ArrayDeque<>();
    phase = Phase.LISTENING;
    return 0;
  }

  /** Whether there is a connection to accept. */
  boolean hasBacklog() {
    return !backlog.isEmpty();
  }

  /** Takes the oldest connection, or null. */
  public Socket accept() {
    return backlog.poll();
  }

  /** A connection may wait besides as many as the backlog says. listen(2) */
  private boolean isBacklogFull() {
    return backlog.size() > backlogMax;
  }

  /** connect(2), of a socket that does not block. */
  int connect(SocketAddress address) {
    switch (phase) {
      case FRESH -> {}
      case CONNECTING -> {
        return -Errno.EALREADY;
      }
      case CONNECTED -> {
        return -Errno.EISCONN;
      }
      case LISTENING, BROKEN -> {
        return -Errno.EINVAL;
      }
    }
    remote = address;
    if (unix) {
      return connectUnix();
    }
    if (local == null) {
      local = Endpoint.localFor(address, kernel.network.freePort());
      kernel.network.onBound(this);
    }
    phase = Phase.CONNECTING;
    kernel.later(kernel.latency(this), this, SYN);
    return -Errno.EINPROGRESS;
  }

  private int connectUnix() {
    Socket listener = kernel.network.findListener(remote);
    if (listener == null) {
      boolean exists =
          remote instanceof AbstractUnixAddress || kernel.network.isBound(remote, true);
      remote = null;
      return exists ? -Errno.ECONNREFUSED : -Errno.ENOENT;
    }
    if (listener.isBacklogFull()) {
      return -Errno.EAGAIN;
    }
    if (local == null) {
      local = Endpoint.unnamed();
    }
    meet(listener);
    phase = Phase.CONNECTED;
    listener.arrive(peer);
    return 0;
  }

  /** Makes the other end of a connection, and the pipes between the two. */
  private void meet(Socket listener) {
    peer = new Socket(kernel, unix);
    peer.peer = this;
    peer.local = Endpoint.reachable(remote);
    peer.remote = local;
    peer.settings.inheritBuffers(listener.settings);
    out = new Pipe(kernel, this, peer, settings.sendMax(), peer.settings.receiveMax());
    in = new Pipe(kernel, peer, this, peer.settings.sendMax(), settings.receiveMax());
    peer.in = out;
    peer.out = in;
    peer.phase = Phase.CONNECTED;
  }

  private void arrive(Socket connection) {
    backlog.add(connection);
    wake(Poll.IN);
  }

  @Override
  public void happen(int what) {
    switch (what) {
      case SYN -> synArrives();
      case SYN_ACK -> establish();
      case REFUSAL -> failConnect(Errno.ECONNREFUSED);
      case GIVE_UP -> failConnect(Errno.ETIMEDOUT);
      case WAKE -> wake(readiness());
      case TELL -> tell();
      default -> throw new AssertionError(what);
    }
  }

  private void synArrives() {
    if (phase != Phase.CONNECTING || closed || peer != null || synRetries > SYN_RETRIES_MAX) {
      return;
    }
    Socket listener = kernel.network.findListener(remote);
    if (listener == null) {
      kernel.later(kernel.latency(this), this, REFUSAL);
    } else if (listener.isBacklogFull() || kernel.losesSyn(this)) {
      retrySyn();
    } else {
      meet(listener);
      listener.arrive(peer);
      kernel.later(kernel.latency(this), this, SYN_ACK);
    }
  }

  /** tcp(7), tcp_syn_retries: after 1 s, 2 s, 4 s, .. */
  private void retrySyn() {
    boolean last = synRetries == SYN_RETRIES_MAX;
    kernel.later(SECOND_NANOS << synRetries++, this, last ? GIVE_UP : SYN);
  }

  /** The handshake's last packet that this end waits for, if it does. */
  void establish() {
    if (phase == Phase.CONNECTING && peer != null && !closed) {
      phase = Phase.CONNECTED;
      wake(Poll.OUT);
    }
  }

  private void failConnect(int errno) {
    if (phase == Phase.CONNECTING) {
      breakOff(errno);
    }
  }

  /** The connect that is going on will be refused. */
  void refuse() {
    synRetries = SYN_RETRIES_MAX + 1; // the SYN on its way finds nobody
    kernel.later(kernel.latency(this), this, REFUSAL);
  }

  /** The connect that is going on gets no answer. tcp(7), tcp_syn_retries: after 127 s. */
  void giveUp() {
    synRetries = SYN_RETRIES_MAX + 1; // the SYN on its way is lost
    kernel.later(127 * SECOND_NANOS, this, GIVE_UP);
  }

  // ---- receiving

  public int available() {
    return in == null ? 0 : in.available();
  }

  /** Bytes that were read here, in all. */
  public long readBytes() {
    return in == null ? 0 : in.readBytes();
  }

  /** Whether a receive would have more to tell than EAGAIN. */
  boolean hasInput() {
    return available() > 0 || inputShut || error != 0;
  }

  /** Whether nothing more can arrive. */
  boolean isInputShut() {
    return inputShut;
  }

  boolean isOutputShut() {
    return outputShut;
  }

  /**
   * recv(2) without a byte to read: the end, an error, or nothing yet. As tcp_recvmsg and
   * unix_stream_read_generic.
   */
  int receiveNothing() {
    switch (phase) {
      case FRESH, LISTENING -> {
        return -Errno.ENOTCONN;
      }
      case CONNECTING -> {
        return -Errno.EAGAIN;
      }
      case CONNECTED, BROKEN -> {}
    }
    boolean ended = in != null && in.hasEnded();
    if (error != 0 && (unix || !ended)) {
      return -takeError();
    }
    return inputShut ? 0 : -Errno.EAGAIN;
  }

  int receive(long address, int length) {
    int bytes = Math.min(available(), length);
    if (bytes == 0) {
      return receiveNothing();
    }
    in.read(address, bytes);
    return bytes;
  }

  int peek(long address, int length) {
    int bytes = Math.min(available(), length);
    if (bytes == 0) {
      return receiveNothing();
    }
    in.peek(address, bytes);
    return bytes;
  }

  /** As recv(2), into an array: for peers outside. */
  public int receive(byte[] bytes, int offset, int length) {
    int count = Math.min(available(), length);
    if (count == 0) {
      return receiveNothing();
    }
    in.read(bytes, offset, count);
    return count;
  }

  void onArrival() {
    if (!closed) {
      wake(Poll.IN);
    }
  }

  void onEnd() {
    inputShut = true;
    wake(Poll.IN | Poll.RDHUP | (outputShut ? Poll.HUP : 0));
    if (unix && closedPeer()) {
      outputShut = true;
      wake(Poll.HUP | Poll.OUT);
    }
  }

  private boolean closedPeer() {
    return peer != null && peer.closed;
  }

  // ---- sending

  /** -errno if nothing can be sent, now or ever; else how many bytes can be, 1 or more. */
  int sendable() {
    switch (phase) {
      case FRESH, LISTENING -> {
        return unix ? -Errno.ENOTCONN : -Errno.EPIPE;
      }
      case CONNECTING -> {
        return -Errno.EAGAIN;
      }
      case CONNECTED, BROKEN -> {}
    }
    if (error != 0) {
      return -takeError();
    }
    if (outputShut || unix && closedPeer()) {
      return -Errno.EPIPE;
    }
    int space = out.space();
    if (space <= 0) {
      wantsSpace = true;
      return -Errno.EAGAIN;
    }
    return space;
  }

  void send(long address, int length) {
    out.write(address, length);
  }

  /** Room is to be announced: a send was served in part, or not at all. */
  void wantSpace() {
    wantsSpace = true;
  }

  /** As send(2), from an array: for peers outside. */
  public int send(byte[] bytes, int offset, int length) {
    int space = sendable();
    if (space < 0) {
      return space;
    }
    int count = Math.min(space, length);
    out.write(bytes, offset, count);
    if (count < length) {
      wantsSpace = true;
    }
    return count;
  }

  void onSpace() {
    if (wantsSpace && !closed && out.isWritable()) {
      wantsSpace = false;
      wake(Poll.OUT);
    }
  }

  /** SHUT_WR. 0 or -errno. */
  public int shutdownOutput() {
    if (phase != Phase.CONNECTED) {
      return -Errno.ENOTCONN;
    }
    if (!outputShut) {
      outputShut = true;
      out.end();
    }
    wake(readiness()); // inet_shutdown wakes everybody, whatever has changed
    return 0;
  }

  // ---- the end

  /** A reset has arrived. As tcp_reset. */
  void onReset() {
    if (closed || phase == Phase.BROKEN) {
      return;
    }
    boolean passive = in != null && in.hasEnded() && !outputShut;
    breakOff(
        phase == Phase.CONNECTING ? Errno.ECONNREFUSED : passive ? Errno.EPIPE : Errno.ECONNRESET);
  }

  /** The connection is gone, for this end; what has arrived can still be read. */
  void breakOff(int errno) {
    if (closed || phase == Phase.BROKEN) {
      return;
    }
    if (out != null) {
      out.kill();
      in.kill();
    }
    phase = Phase.BROKEN;
    error = errno;
    inputShut = true;
    outputShut = true;
    wake(Poll.IN | Poll.OUT | Poll.RDHUP | Poll.ERR | Poll.HUP);
  }

  /** Something in the network resets a connection at both its ends. */
  public void sever(int errno) {
    if (phase != Phase.CONNECTED) {
      return;
    }
    markDisturbed();
    Socket other = peer;
    breakOff(errno);
    if (other.phase == Phase.CONNECTING || other.closed) {
      other.breakOff(Errno.ECONNREFUSED);
    } else {
      other.breakOff(errno == Errno.EPIPE ? Errno.ECONNRESET : errno);
    }
  }

  /** close(2), of the last reference. */
  public void close() {
    if (closed) {
      throw new AssertionError("closed already");
    }
    Phase before = phase;
    closed = true;
    observer = null;
    kernel.network.onClosed(this);
    switch (before) {
      case FRESH, BROKEN -> {}
      case LISTENING -> {
        for (Socket waiting = backlog.poll(); waiting != null; waiting = backlog.poll()) {
          waiting.abort();
        }
      }
      case CONNECTING -> {
        if (peer != null && !peer.closed) {
          peer.onReset();
        }
      }
      case CONNECTED -> closeConnected();
    }
    if (in != null) {
      in.onReceiverClosed();
    }
  }

  private void closeConnected() {
    if (unix) {
      closeUnix();
    } else if (settings.isLingerZero() || in.available() > 0) {
      out.reset(); // RFC 1122, 4.2.2.13, and socket(7), SO_LINGER
    } else if (!outputShut) {
      out.end();
    }
  }

  /** As unix_release_sock: the peer can neither read more nor write; unread input is an error. */
  private void closeUnix() {
    if (in.available() > 0 && !peer.closed) {
      peer.error = Errno.ECONNRESET;
    }
    out.end();
    if (!peer.closed) {
      peer.outputShut = true;
      peer.inputShut = true;
      peer.wake(peer.readiness());
    }
  }

  /** Closes with a reset. */
  public void abort() {
    settings.setLingerZero(true);
    close();
  }

  int takeError() {
    int taken = error;
    error = 0;
    return taken;
  }

  /** Whether getpeername(2) has something to tell. */
  boolean hasPeer() {
    return phase == Phase.CONNECTED && !(inputShut && outputShut && !unix);
  }

  @Override
  public String toString() {
    return "socket fd " + fd + " " + state() + " " + local + " -> " + remote;
  }
}
