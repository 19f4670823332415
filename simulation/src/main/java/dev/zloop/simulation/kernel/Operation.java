package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import java.util.Arrays;
import java.util.List;

/** An operation of a completor, from when it is queued until its last completion was fetched. */
final class Operation {
  Call kind;
  Socket socket;
  long userData;

  /**
   * Of a send: the bytes. Of a sendmsg the header, and of a connect the address, until it is
   * submitted.
   */
  long address;

  /** Of what is at the address; of a receive, the most that one completion may bring. */
  int length;

  int flags;
  boolean multishot;

  /** Bytes that a multishot receive may still bring; negative where it has no bound. */
  int totalLeft;

  /** Of a poll: the bits that are asked for. */
  int events;

  /** Those of its socket that are not over, itself among them. */
  List<Operation> siblings;

  boolean submitted;

  /** Its last completion was made, fetched or not. */
  boolean over;

  // ---- of a sendmsg

  private long[] bases = new long[4];
  private int[] lengths = new int[4];
  private int pieces;

  /** What the bytes of a send amount to while it is in flight. */
  private long checksum;

  void reset(Call kind, Socket socket, long userData) {
    this.kind = kind;
    this.socket = socket;
    this.userData = userData;
    address = 0;
    length = 0;
    flags = 0;
    multishot = false;
    totalLeft = -1;
    events = 0;
    submitted = false;
    over = false;
    pieces = 0;
    checksum = 0;
  }

  boolean isSend() {
    return kind == Call.SEND_OPERATION || kind == Call.SENDMSG_OPERATION;
  }

  /** Takes note of the bytes to send. As the kernel, which copies the vector and not the bytes. */
  void importBytes() {
    if (kind == Call.SEND_OPERATION) {
      pieces = 1;
      bases[0] = address;
      lengths[0] = length;
    } else {
      long iovecs = Memory.getLong(address + Vectors.IOV);
      pieces = (int) Memory.getLong(address + Vectors.IOV_LENGTH);
      while (pieces > bases.length) {
        bases = Arrays.copyOf(bases, bases.length * 2);
        lengths = Arrays.copyOf(lengths, bases.length);
      }
      length = 0;
      for (int i = 0; i < pieces; i++) {
        bases[i] = IoVec.base(iovecs, i);
        lengths[i] = (int) IoVec.length(iovecs, i);
        length += lengths[i];
      }
    }
    checksum = sum();
  }

  /** Whether the bytes are as they were. */
  boolean isIntact() {
    return sum() == checksum;
  }

  private long sum() {
    long sum = 0;
    for (int piece = 0; piece < pieces; piece++) {
      long at = bases[piece];
      int left = lengths[piece];
      for (; left >= Long.BYTES; left -= Long.BYTES, at += Long.BYTES) {
        sum = Long.rotateLeft(sum, 5) ^ Memory.getLong(at);
      }
      for (; left > 0; left--, at++) {
        sum = Long.rotateLeft(sum, 5) ^ Memory.getByte(at);
      }
    }
    return sum;
  }

  /** Sends so many bytes from the front; there is space for them. */
  void send(int bytes) {
    int left = bytes;
    for (int i = 0; i < pieces && left > 0; i++) {
      int part = Math.min(left, lengths[i]);
      socket.send(bases[i], part);
      left -= part;
    }
  }

  @Override
  public String toString() {
    return kind + " on " + socket;
  }
}
