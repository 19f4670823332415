package dev.zloop.it.tls;

import dev.zloop.it.tls.Outcome.Aspect;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The JDK's TLS engine on a socket, with nothing between, so that a test decides on every record
 * and on every byte below. Blocks, in the test's threads.
 */
final class TlsPeer implements AutoCloseable {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** A safety net: what has not come by then will not, and the outcome says so. */
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  final SSLEngine engine;

  /** To be read from. */
  private final ByteBuffer cipherIn;

  private final ByteBuffer cipherOut;

  /** To be written to. */
  private final ByteBuffer plainIn;

  /** Whether what is in it has been received, and makes room for what comes next. */
  private boolean plainReceived;

  TlsPeer(Socket socket, SSLEngine engine) throws IOException {
    this.socket = socket;
    this.engine = engine;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
    int packetBytes = engine.getSession().getPacketBufferSize();
    cipherIn = ByteBuffer.allocate(2 * packetBytes).limit(0);
    cipherOut = ByteBuffer.allocate(packetBytes);
    plainIn = ByteBuffer.allocate(2 * engine.getSession().getApplicationBufferSize());
  }

  // ---- with TLS

  /** Shakes hands; and, if that fails, tells the other side why. */
  void handshake() throws IOException {
    try {
      engine.beginHandshake();
      shakeHands();
    } catch (SSLException e) {
      sendAlert();
      throw e;
    }
  }

  private void shakeHands() throws IOException {
    for (HandshakeStatus status = engine.getHandshakeStatus(); ; ) {
      switch (status) {
        case NEED_WRAP -> wrap(NOTHING);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
        case NEED_TASK -> runTasks();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
      status = engine.getHandshakeStatus();
    }
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private void sendAlert() {
    try {
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        wrap(NOTHING);
      }
    } catch (IOException gone) {
      // then nobody is there to be told
    }
  }

  /** Wraps and sends; what does not fit into one record goes into the next. */
  void send(ByteBuffer plain) throws IOException {
    do {
      wrap(plain);
    } while (plain.hasRemaining());
  }

  private void wrap(ByteBuffer plain) throws IOException {
    engine.wrap(plain, cipherOut.clear());
    out.write(cipherOut.array(), 0, cipherOut.position());
  }

  /** The engine's first message, not sent. */
  byte[] firstMessage() throws IOException {
    engine.beginHandshake();
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      runTasks();
    }
    engine.wrap(NOTHING, cipherOut.clear());
    byte[] message = new byte[cipherOut.position()];
    cipherOut.flip().get(message);
    return message;
  }

  /** New keys: at once (TLS 1.3), or by another handshake, in which data may come. */
  void newKeys() throws IOException {
    engine.beginHandshake();
    shakeHands();
  }

  void closeNotify() throws IOException {
    engine.closeOutbound();
    wrap(NOTHING);
  }

  /**
   * The next bytes that were sent, within a buffer to be read from; none at the close_notify.
   *
   * @throws EOFException at the socket's end
   */
  ByteBuffer receive() throws IOException {
    if (plainReceived) {
      plainIn.clear();
      plainReceived = false;
    }
    while (plainIn.position() == 0) {
      if (unwrap() == SSLEngineResult.Status.CLOSED) {
        break;
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        runTasks();
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isInboundDone()) {
        wrap(NOTHING);
      }
    }
    plainReceived = true;
    return plainIn.flip();
  }

  /** One record, for which it waits. What was in it is behind what is in {@link #plainIn}. */
  private SSLEngineResult.Status unwrap() throws IOException {
    for (; ; ) {
      SSLEngineResult result = engine.unwrap(cipherIn, plainIn);
      if (result.getStatus() != SSLEngineResult.Status.BUFFER_UNDERFLOW) {
        return result.getStatus();
      }
      cipherIn.compact();
      int taken = in.read(cipherIn.array(), cipherIn.position(), cipherIn.remaining());
      if (taken < 0) {
        cipherIn.flip();
        throw new EOFException();
      }
      cipherIn.position(cipherIn.position() + taken).flip();
    }
  }

  // ---- below TLS

  void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** Waits for the first bytes of whatever. */
  void receiveSomethingRaw() throws IOException {
    if (in.read() < 0) {
      throw new EOFException();
    }
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Reads to the socket's end, and notes it, and an alert that was sent in plaintext. */
  void noteEnd(Outcome outcome) {
    try {
      byte[] first = in.readNBytes(7);
      if (first.length == 7 && first[0] == 21) {
        outcome.saw(Aspect.PEER_ALERT, "alert " + first[6]);
      }
      in.transferTo(OutputStream.nullOutputStream());
      outcome.saw(Aspect.PEER_ENDED, "end");
    } catch (IOException e) {
      noteFailure(outcome, e);
    }
  }

  /** What a failure to read or write means. */
  static void noteFailure(Outcome outcome, IOException failure) {
    switch (failure) {
      case EOFException end -> outcome.saw(Aspect.PEER_ENDED, "end");
      case SocketTimeoutException never -> outcome.saw(Aspect.PEER_ENDED, "never");
      case SocketException reset -> outcome.saw(Aspect.PEER_ENDED, "reset");
      default -> throw new AssertionError(failure);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
