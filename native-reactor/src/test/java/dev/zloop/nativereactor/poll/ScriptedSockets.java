package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_READ;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_WRITE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_EOF;

import dev.zloop.nativereactor.sys.Errno;
import java.util.TreeMap;

/**
 * Streams and listeners that live in a test, and tell a {@link ScriptedKqueue} what happens to them
 * as the sockets of macOS do.
 */
final class ScriptedSockets implements PolledSockets, ScriptedKqueue.Sockets {
  private static final int ROOM = 10_000;

  /** As where nothing is open: the number that a poller's user event may have as well. */
  private static final int FIRST_FD = 0;

  private static final class Socket {
    final int fd;
    boolean listens;
    int backlog;
    Socket peer;
    int unread;
    boolean inputEnded;
    boolean outputEnded;
    int error;

    Socket(int fd) {
      this.fd = fd;
    }

    int room() {
      return ROOM - peer.unread;
    }
  }

  final ScriptedKqueue kqueue = new ScriptedKqueue(this);
  private final TreeMap<Integer, Socket> sockets = new TreeMap<>();

  // ---- what the filters tell

  @Override
  public boolean isOpen(long fd) {
    return sockets.containsKey((int) fd);
  }

  @Override
  public ScriptedKqueue.Told tell(int filter, long fd) {
    Socket socket = sockets.get((int) fd);
    if (socket == null) {
      return null;
    }
    return filter == EVFILT_READ ? tellReader(socket) : tellWriter(socket);
  }

  private static ScriptedKqueue.Told tellReader(Socket socket) {
    if (socket.listens) {
      return socket.backlog > 0 ? new ScriptedKqueue.Told(0, 0, socket.backlog) : null;
    }
    if (socket.inputEnded) {
      return new ScriptedKqueue.Told(EV_EOF, socket.error, socket.unread);
    }
    return socket.unread > 0 ? new ScriptedKqueue.Told(0, 0, socket.unread) : null;
  }

  private static ScriptedKqueue.Told tellWriter(Socket socket) {
    if (socket.outputEnded) {
      return new ScriptedKqueue.Told(EV_EOF, socket.error, 0);
    }
    return !socket.listens && socket.room() > 0
        ? new ScriptedKqueue.Told(0, 0, socket.room())
        : null;
  }

  private void event(int filter, Socket socket) {
    kqueue.event(filter, socket.fd);
  }

  // ---- what happens to sockets

  /** The lowest number that is free. */
  private Socket open() {
    int fd = FIRST_FD;
    while (sockets.containsKey(fd)) {
      fd++;
    }
    Socket socket = new Socket(fd);
    sockets.put(fd, socket);
    return socket;
  }

  @Override
  public Pair pair() {
    Socket near = open();
    Socket far = open();
    near.peer = far;
    far.peer = near;
    return new Pair(near.fd, far.fd);
  }

  @Override
  public int listener() {
    Socket listener = open();
    listener.listens = true;
    return listener.fd;
  }

  @Override
  public int connecting(int listener) {
    Socket socket = open();
    socket.peer = new Socket(-1);
    socket.peer.peer = socket;
    Socket listening = sockets.get(listener);
    listening.backlog++;
    event(EVFILT_READ, listening);
    return socket.fd;
  }

  @Override
  public int refused() {
    Socket socket = open();
    breakOff(socket, Errno.ECONNREFUSED);
    return socket.fd;
  }

  private void breakOff(Socket socket, int errno) {
    socket.error = errno;
    socket.inputEnded = true;
    socket.outputEnded = true;
    event(EVFILT_READ, socket);
    event(EVFILT_WRITE, socket);
  }

  @Override
  public void accept(int listener) {
    sockets.get(listener).backlog--;
  }

  @Override
  public void send(int fd, String text) {
    Socket peer = sockets.get(fd).peer;
    peer.unread += text.length();
    event(EVFILT_READ, peer);
  }

  @Override
  public int sendMuch(int fd) {
    Socket socket = sockets.get(fd);
    int taken = socket.room();
    socket.peer.unread += taken;
    event(EVFILT_READ, socket.peer);
    return taken;
  }

  @Override
  public int receive(int fd) {
    Socket socket = sockets.get(fd);
    int received = socket.unread;
    socket.unread = 0;
    event(EVFILT_WRITE, socket.peer);
    return received;
  }

  @Override
  public void shutdownOutput(int fd) {
    Socket socket = sockets.get(fd);
    socket.outputEnded = true;
    socket.peer.inputEnded = true;
    event(EVFILT_WRITE, socket);
    event(EVFILT_READ, socket.peer);
  }

  @Override
  public void close(int fd) {
    sockets.remove(fd);
    kqueue.closed(fd);
  }

  @Override
  public void reset(int fd) {
    Socket peer = sockets.get(fd).peer;
    close(fd);
    breakOff(peer, Errno.ECONNRESET);
  }

  @Override
  public int takeError(int fd) {
    Socket socket = sockets.get(fd);
    int error = socket.error;
    socket.error = 0;
    return error;
  }

  @Override
  public void close() {
    sockets.clear();
  }
}
