package dev.zloop.core.transport;

/**
 * Receives and sends the datagrams of one socket when told that it is ready, whoever tells that.
 * Both sides of the seam have one: see {@link ReadinessDatagrams}, {@link CompletionDatagrams}.
 */
final class DatagramPump {

  /** So many errors in a row, and nothing received, are enough until the next event. */
  static final int FAILURES_MAX = 16;

  /** What waits for the socket, on behalf of this. */
  interface Waiting {

    boolean hasClosed();

    /** Differs from turn to turn. */
    int turn();

    /** Asks for {@link #onBacklog} in the next turn. */
    void comeBack();

    /**
     * Asks for {@link #onWritable}, once.
     *
     * @return 0 or -errno
     */
    int awaitWritable();
  }

  private final int fd;
  private final int family;
  private final int bytesMax;
  private final DatagramEvents events;
  private final SocketCalls calls;
  private final DatagramBatch batch;
  private final Waiting waiting;

  /** Whether a receive might find something; if not, an event will tell when it would. */
  private boolean readable;

  /** Asked for and not told yet. */
  private long wanted;

  /** What is left of the turn's share; a turn may serve this twice: the backlog, and an event. */
  private int share;

  private int shareTurn = -1;

  /** What the send in flight sends from, or null. */
  private DatagramQueue sending;

  /** The send in flight waits for the next turn, and not for the socket. */
  private boolean sendingIsPutOff;

  /** As of what is received: a peer on this machine takes, or drops, whatever is sent to it. */
  private int sendShare;

  private int sendShareTurn = -1;

  /** What a send has met that concerns an earlier datagram, to be told; or 0. */
  private int metErrno;

  DatagramPump(
      int fd,
      DatagramSettings settings,
      DatagramEvents events,
      SocketCalls calls,
      Waiting waiting) {
    this.fd = fd;
    this.family = settings.family();
    this.bytesMax = settings.bytesMax();
    this.events = events;
    this.calls = calls;
    this.batch = calls.datagrams();
    this.waiting = waiting;
  }

  // ---- requests

  void request(long count) {
    assert count >= 0;
    wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
    if (readable && wanted > 0) {
      waiting.comeBack();
    }
  }

  void stopReceiving() {
    wanted = 0;
  }

  long dropped() {
    return batch.dropped(fd);
  }

  int send(DatagramQueue queue) {
    assert sending == null;
    int result = sendBounded(queue);
    if (result == SocketIo.IN_FLIGHT) {
      sending = queue;
    }
    return result;
  }

  /** As {@link #send}, of what may be in flight already. */
  private int sendBounded(DatagramQueue queue) {
    if (sendShareTurn != waiting.turn()) {
      sendShareTurn = waiting.turn();
      sendShare = DatagramIo.DATAGRAMS_PER_TURN_MAX;
    }
    sendingIsPutOff = sendShare <= 0;
    if (sendingIsPutOff) {
      waiting.comeBack();
      return SocketIo.IN_FLIGHT;
    }
    int result = trySend(queue);
    sendShare -= Math.max(1, result);
    if (SocketCalls.isWouldBlock(result)) {
      int watched = waiting.awaitWritable();
      return watched < 0 ? watched : SocketIo.IN_FLIGHT;
    }
    return result;
  }

  /**
   * An error of sending may be what became of an earlier datagram: the kernel tells it by the next
   * call of whatever kind (udp(7), "Error handling"). Whether it is, a second try tells.
   */
  private int trySend(DatagramQueue queue) {
    int result = batch.send(fd, family, queue);
    if (result >= 0 || SocketCalls.isWouldBlock(result)) {
      return result;
    }
    int second = batch.send(fd, family, queue);
    if (second >= 0 || SocketCalls.isWouldBlock(second)) {
      metErrno = -result;
      waiting.comeBack();
    }
    return second;
  }

  // ---- events

  void onReadable() {
    readable = true;
    receive();
  }

  void onWritable() {
    if (sending == null) {
      return;
    }
    int result = sendBounded(sending);
    if (result != SocketIo.IN_FLIGHT) {
      sending = null;
      events.onSent(result);
    }
  }

  /**
   * @param errno that came with the event, or 0: then the socket has it
   */
  void onError(int errno) {
    int pending = calls.takeError(fd); // in any case, or the next call would tell it again
    int told = errno != 0 ? errno : pending;
    if (told != 0) {
      events.onError(told);
    }
  }

  void onBacklog() {
    if (metErrno != 0) {
      int errno = metErrno;
      metErrno = 0;
      events.onError(errno);
    }
    if (sendingIsPutOff && !waiting.hasClosed()) {
      sendingIsPutOff = false;
      onWritable();
    }
    receive();
  }

  private void receive() {
    if (shareTurn != waiting.turn()) {
      shareTurn = waiting.turn();
      share = DatagramIo.DATAGRAMS_PER_TURN_MAX;
    }
    boolean received = false;
    int failures = 0;
    while (readable && wanted > 0 && !waiting.hasClosed()) {
      if (share <= 0) {
        waiting.comeBack();
        break;
      }
      int count = (int) Math.min(wanted, Math.min(share, DatagramIo.DATAGRAMS_PER_CALL_MAX));
      int result = batch.receive(fd, count, bytesMax);
      if (result > 0) {
        readable = result == count; // else it is empty, and the next datagram makes an event
        received = true;
        failures = 0;
        tell(result);
      } else if (SocketCalls.isWouldBlock(result)) {
        readable = false;
      } else {
        share--;
        events.onError(-result);
        readable = ++failures < FAILURES_MAX;
      }
    }
    if (received && !waiting.hasClosed()) {
      events.onAllReceived();
    }
  }

  private void tell(int count) {
    share -= count;
    for (int i = 0; i < count && !waiting.hasClosed(); i++) {
      wanted = wanted == 0 ? 0 : wanted - 1; // 0 if it was stopped meanwhile
      events.onReceived(batch.received(i));
    }
  }
}
