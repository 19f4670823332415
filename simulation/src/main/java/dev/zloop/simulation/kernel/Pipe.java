package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Memory;

/**
 * The bytes on their way from one socket to another: those that the sender's buffer holds, and
 * those that have arrived and wait to be read, in one ring.
 *
 * <pre>
 *   read &lt;= arrived &lt;= written        arrived - read: the receive buffer
 *                                     written - arrived: the send buffer, and the network
 * </pre>
 *
 * <p>What is written arrives later, in pieces, as far as the receiver has room; behind the last
 * byte an end (FIN) or a reset (RST). On a Unix socket it arrives at once.
 */
final class Pipe implements Agenda.Event {
  private final Kernel kernel;
  private final Socket sender;
  private final Socket receiver;
  private final byte[] ring;
  private final int mask;
  private final int sendMax;
  private final int receiveMax;
  private final boolean immediate;

  private long written;
  private long arrived;
  private long read;

  private boolean endWanted;
  private boolean endArrived;
  private boolean resetWanted;
  private boolean dead;
  private boolean transferDue;

  Pipe(Kernel kernel, Socket sender, Socket receiver, int sendMax, int receiveMax) {
    this.kernel = kernel;
    this.sender = sender;
    this.receiver = receiver;
    this.sendMax = sendMax;
    this.receiveMax = receiveMax;
    this.immediate = sender.isUnix();
    ring = kernel.takeRing(sendMax + receiveMax);
    mask = ring.length - 1;
  }

  // ---- the sender's side

  /** How many bytes the send buffer still takes. */
  int space() {
    return dead ? 0 : (int) (sendMax - (written - arrived));
  }

  /** Whether poll(2) would say POLLOUT: a third of the buffer is free. */
  boolean isWritable() {
    return space() * 3 >= sendMax;
  }

  /** Takes bytes for which there is space, from native memory. */
  void write(long address, int length) {
    int offset = (int) written & mask;
    int first = Math.min(length, ring.length - offset);
    Memory.copyOut(address, ring, offset, first);
    Memory.copyOut(address + first, ring, 0, length - first);
    written += length;
    progress();
  }

  /** Takes bytes for which there is space, from an array. */
  void write(byte[] bytes, int from, int length) {
    int offset = (int) written & mask;
    int first = Math.min(length, ring.length - offset);
    System.arraycopy(bytes, from, ring, offset, first);
    System.arraycopy(bytes, from + first, ring, 0, length - first);
    written += length;
    progress();
  }

  /** An end comes behind the last byte. */
  void end() {
    endWanted = true;
    progress();
  }

  /** A reset comes behind what is on its way already; what is not is lost. */
  void reset() {
    if (dead || resetWanted) {
      return;
    }
    int underWay = (int) Math.min(written - arrived, window());
    written = arrived + (underWay == 0 ? 0 : kernel.dice.below(underWay + 1));
    resetWanted = true;
    endWanted = false;
    progress();
  }

  /** Nothing arrives any more: what was on its way is lost. */
  void kill() {
    written = arrived;
    dead = true;
  }

  long written() {
    return written;
  }

  // ---- the way

  private int window() {
    return (int) (receiveMax - (arrived - read));
  }

  private boolean hasSomethingToDo() {
    return !dead
        && (written > arrived && (window() > 0 || receiver.isClosed())
            || written == arrived && endWanted && !endArrived
            || resetWanted);
  }

  private void progress() {
    if (immediate) {
      while (hasSomethingToDo()) {
        transfer();
      }
    } else if (!transferDue && hasSomethingToDo()) {
      transferDue = true;
      kernel.later(kernel.latency(sender), this, 0);
    }
  }

  @Override
  public void happen(int what) {
    transferDue = false;
    if (hasSomethingToDo()) {
      transfer();
      progress();
    }
  }

  private void transfer() {
    receiver.establish(); // what is sent after a handshake's end arrives after it
    if (receiver.isClosed()) {
      boolean bytesLost = written > arrived;
      dead = true;
      if (bytesLost) {
        sender.onReset(); // RFC 9293, 3.10.7.1: whatever comes for a closed connection is refused
      }
      return;
    }
    int length = (int) Math.min(written - arrived, window());
    if (length > 0) {
      boolean inOnePiece = immediate || resetWanted || kernel.dice.onceIn(2);
      arrived += inOnePiece ? length : kernel.dice.between(1, length);
      receiver.onArrival();
      sender.onSpace();
    }
    if (written != arrived) {
      return;
    }
    if (resetWanted) {
      dead = true;
      receiver.onReset();
    } else if (endWanted && !endArrived && (immediate || length == 0 || kernel.dice.onceIn(2))) {
      endArrived = true;
      receiver.onEnd();
    }
  }

  // ---- the receiver's side

  /** Bytes that wait to be read. */
  int available() {
    return (int) (arrived - read);
  }

  boolean hasEnded() {
    return endArrived;
  }

  /** Reads bytes that are available into native memory. */
  void read(long address, int length) {
    peek(address, length);
    consume(length);
  }

  void peek(long address, int length) {
    int offset = (int) read & mask;
    int first = Math.min(length, ring.length - offset);
    Memory.copyIn(ring, offset, first, address);
    Memory.copyIn(ring, 0, length - first, address + first);
  }

  /** Reads bytes that are available into an array. */
  void read(byte[] bytes, int to, int length) {
    int offset = (int) read & mask;
    int first = Math.min(length, ring.length - offset);
    System.arraycopy(ring, offset, bytes, to, first);
    System.arraycopy(ring, 0, bytes, to + first, length - first);
    consume(length);
  }

  private void consume(int length) {
    read += length;
    progress();
  }

  /** The receiver has closed: its buffer goes. What is still to come finds nobody. */
  void onReceiverClosed() {
    read = arrived;
    progress();
  }

  /** How many bytes were read in all. */
  long readBytes() {
    return read;
  }
}
