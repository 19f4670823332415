package dev.zloop.reactor.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a PROXY header as they come in: where it ends, and as soon as that can be said, that
 * there is none ("The PROXY protocol", sections 2.1 and 2.2). What they mean is for Netty to say.
 */
final class ProxyHeaderBytes {

  /** What is to come next, or what has come. */
  enum State {
    /** The bytes that tell a header from anything else. */
    SIGNATURE,
    /** Version 1: the rest of a line. */
    LINE,
    /** Version 2: its kind and length. */
    LENGTH,
    /** Version 2: the rest. */
    REST,
    COMPLETE,
    /** Something else has come. */
    NONE,
    /** Version 1: a line without an end. */
    TOO_LONG;

    boolean isOver() {
      return this == COMPLETE || this == NONE || this == TOO_LONG;
    }
  }

  private static final byte[] TEXT_SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BINARY_SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  /** With its CRLF. */
  static final int LINE_BYTES_MAX = 107;

  /** Of kind and length, behind the signature. */
  private static final int LENGTH_BYTES = 4;

  private static final int LENGTH_OFFSET = 14;

  /** On the heap, for the collector: of a broken header, Netty may not release all its parts. */
  private final ByteBuf bytes = Unpooled.buffer(LINE_BYTES_MAX);

  private State state = State.SIGNATURE;

  /** How many bytes it takes to say more. */
  private int wanted = 1;

  /** What has come of it; or, if it is none, what has come instead. */
  ByteBuf bytes() {
    return bytes;
  }

  State state() {
    return state;
  }

  /** Reads from a buffer what belongs to the header. */
  State take(ByteBuf from) {
    while (!state.isOver() && from.isReadable()) {
      int length = Math.min(wanted, from.readableBytes());
      bytes.writeBytes(from, length);
      wanted -= length;
      if (wanted == 0) {
        goOn();
      }
    }
    return state;
  }

  private void goOn() {
    switch (state) {
      case SIGNATURE -> afterSignature();
      case LINE -> afterByteOfLine();
      case LENGTH -> want(State.REST, bytes.getUnsignedShort(LENGTH_OFFSET));
      case REST, COMPLETE, NONE, TOO_LONG -> state = State.COMPLETE;
    }
  }

  private void afterSignature() {
    int length = bytes.readableBytes();
    if (beginsLike(TEXT_SIGNATURE)) {
      want(length == TEXT_SIGNATURE.length ? State.LINE : State.SIGNATURE, 1);
    } else if (!beginsLike(BINARY_SIGNATURE)) {
      state = State.NONE;
    } else if (length == BINARY_SIGNATURE.length) {
      want(State.LENGTH, LENGTH_BYTES);
    } else {
      want(State.SIGNATURE, 1);
    }
  }

  private boolean beginsLike(byte[] signature) {
    int length = bytes.readableBytes();
    for (int i = 0; i < length; i++) {
      if (i == signature.length || bytes.getByte(i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private void afterByteOfLine() {
    int length = bytes.readableBytes();
    if (bytes.getByte(length - 1) == '\n' && bytes.getByte(length - 2) == '\r') {
      state = State.COMPLETE;
    } else if (length == LINE_BYTES_MAX) {
      state = State.TOO_LONG;
    } else {
      want(State.LINE, 1);
    }
  }

  private void want(State next, int length) {
    state = length == 0 ? State.COMPLETE : next;
    wanted = length;
  }
}
