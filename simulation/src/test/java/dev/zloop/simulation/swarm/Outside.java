package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.kernel.Socket;

/** A peer that is not on the loop: it talks to the kernel directly. */
final class Outside extends Party implements Socket.Observer {
  private final Swarm swarm;
  private boolean reading = true;
  private boolean failed;
  private boolean closed;

  Outside(Swarm swarm, Socket socket) {
    super(socket);
    this.swarm = swarm;
    socket.observeFromOutside(this);
  }

  boolean isOver() {
    return closed;
  }

  @Override
  boolean isSilent() {
    return closed || failed;
  }

  @Override
  boolean isGivenUp() {
    return false;
  }

  @Override
  public void onWake(Socket changed, int bits) {
    if (reading) {
      receive();
    }
  }

  void receive() {
    byte[] buffer = swarm.buffer;
    while (!closed && !failed && !inputEnded) {
      int result = socket.receive(buffer, 0, 1 + swarm.dice.below(buffer.length));
      if (result <= 0) {
        inputEnded = result == 0;
        failed = result < 0 && result != -Errno.EAGAIN;
        if (inputEnded) {
          requireWhole();
        }
        return;
      }
      if (!Bytes.match(buffer, peer().number(), received, result)) {
        throw swarm.violated("an outside peer got other bytes than were sent, at " + received);
      }
      received += result;
    }
  }

  private void requireWhole() {
    Party other = other();
    if (other != null && !other.mayLookEnded() && received != other.written) {
      throw swarm.violated(
          "an outside peer read to the end, %d of %d bytes: %s"
              .formatted(received, other.written, other));
    }
  }

  void send(int length) {
    if (closed || failed || endWanted || !socket.isConnected()) {
      return;
    }
    Bytes.fill(swarm.buffer, number(), written, length);
    int result = socket.send(swarm.buffer, 0, length);
    if (result >= 0) {
      written += result;
    } else {
      failed |= result != -Errno.EAGAIN;
    }
  }

  void pause() {
    reading = false;
  }

  void resume() {
    reading = true;
    receive();
  }

  void shutdownOutput() {
    if (!closed && !endWanted && socket.isConnected()) {
      endWanted = true;
      socket.shutdownOutput();
    }
  }

  void reset() {
    if (!closed) {
      excuse();
      closed = true;
      socket.abort();
    }
  }

  void close() {
    if (!closed) {
      if (!inputEnded && socket.peer() != null) {
        excuse(); // what is still to come finds nobody
      }
      endWanted = true;
      closed = true;
      socket.close();
    }
  }

  /** At the end of everything. */
  void checkEnd() {
    Party other = other();
    if (isExcused() || other == null || other.isExcused() || socket.isDisturbed()) {
      return;
    }
    if (received != other.written) {
      throw swarm.violated(
          "an outside peer received %d of %d bytes, and nothing was wrong: %s"
              .formatted(received, other.written, other));
    }
  }

  @Override
  public String toString() {
    return "outside peer %d (%s): written %d, received %d%s%s%s"
        .formatted(
            number(),
            socket,
            written,
            received,
            endWanted ? " output-ended" : "",
            inputEnded ? " input-ended" : "",
            failed ? " failed" : "");
  }
}
