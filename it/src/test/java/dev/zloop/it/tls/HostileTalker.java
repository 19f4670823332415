package dev.zloop.it.tls;

import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** A client that shakes hands as it should, and then does with its key what it should not. */
final class HostileTalker implements AutoCloseable {
  private final Peer peer;
  private final SSLEngine engine;
  private final ByteBuffer received = ByteBuffer.allocate(64 << 10).flip();
  private final ByteBuffer plain = ByteBuffer.allocate(32 << 10);

  private HostileTalker(Peer peer, SSLEngine engine) {
    this.peer = peer;
    this.engine = engine;
  }

  /** Connects, and is done with the handshake. */
  static HostileTalker connect(Victim victim, String protocol) throws IOException {
    SSLEngine engine =
        TlsEngine.build(TlsEngine.JDK.client().protocols(protocol))
            .newEngine(UnpooledByteBufAllocator.DEFAULT, "localhost", 1);
    HostileTalker talker = new HostileTalker(Peer.connect(victim.address(), 8 << 10), engine);
    engine.beginHandshake();
    talker.shakeHands();
    return talker;
  }

  Peer peer() {
    return peer;
  }

  private void shakeHands() throws IOException {
    while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> peer.send(wrap(new byte[0]));
        case NEED_TASK -> runTasks();
        default -> unwrap();
      }
    }
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private void unwrap() throws IOException {
    SSLEngineResult result = engine.unwrap(received, plain.clear());
    if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
      received.compact();
      if (peer.channel().read(received) < 0) {
        throw new EOFException("the end, in the handshake");
      }
      received.flip();
    }
  }

  /** Some bytes, encrypted; or what the engine has to say, if there are none. */
  byte[] wrap(byte[] bytes) throws IOException {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    do {
      ByteBuffer to = ByteBuffer.allocate(32 << 10);
      engine.wrap(from, to);
      records.write(to.array(), 0, to.position());
    } while (from.hasRemaining());
    return records.toByteArray();
  }

  /**
   * What begins a handshake anew: up to TLSv1.2, a hello; from TLSv1.3 on, a new key, and the wish
   * that the other side takes a new one too (RFC 8446, 4.6.3).
   */
  byte[] shakeHandsAgain() throws IOException {
    engine.beginHandshake();
    return wrap(new byte[0]);
  }

  @Override
  public void close() throws IOException {
    peer.reset();
  }
}
