package dev.zloop.simulation.swarm;

import dev.zloop.simulation.kernel.Socket;

/** One end of a connection, on the loop or outside. */
abstract class Party {
  final Socket socket;

  /** Bytes that were taken to be sent. */
  long written;

  /** Bytes that came. */
  long received;

  /** It has ended its output, or will once all is sent. */
  boolean endWanted;

  /** The other end's output has ended, in order. */
  boolean inputEnded;

  /** It did something that may cost either end bytes. */
  private boolean excused;

  Party(Socket socket) {
    this.socket = socket;
    socket.attach(this);
  }

  int number() {
    return socket.number();
  }

  Socket peer() {
    return socket.peer();
  }

  /** The other end, or null if nobody has it yet, or ever had. */
  Party other() {
    return socket.peer() == null ? null : (Party) socket.peer().attachment();
  }

  void excuse() {
    excused = true;
  }

  boolean isExcused() {
    return excused;
  }

  /**
   * Whether an end that the other end reads may be early: a Unix socket knows no reset, so that a
   * connection that breaks looks as if it had ended.
   */
  boolean mayLookEnded() {
    return socket.isUnix() && (excused || socket.isDisturbed() || isGivenUp());
  }

  /** Whether it closed without having sent all. */
  abstract boolean isGivenUp();

  /** Whether it wants nothing any more. */
  abstract boolean isSilent();
}
