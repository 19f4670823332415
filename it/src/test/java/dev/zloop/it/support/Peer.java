package dev.zloop.it.support;

import dev.zloop.core.ZLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The other end of a connection: the JDK's own socket. Its methods block, except where told. */
public final class Peer implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;

  private final SocketChannel channel;

  /** How many bytes of a pattern have been sent, and received. */
  private volatile long sent;

  private volatile long received;

  private Peer(SocketChannel channel) {
    this.channel = channel;
  }

  public static Peer connect(SocketAddress address) throws IOException {
    return connect(address, 0);
  }

  /**
   * Connects.
   *
   * @param bufferBytes what the kernel's buffers have room for, or 0 for the usual
   */
  public static Peer connect(SocketAddress address, int bufferBytes) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    if (bufferBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
    }
    channel.connect(address);
    return new Peer(channel);
  }

  /** The next connection to a listener. */
  public static Peer accept(ServerSocketChannel listener) throws IOException {
    return new Peer(listener.accept());
  }

  /** A listener on a free port of 127.0.0.1. */
  public static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
  }

  public SocketChannel channel() {
    return channel;
  }

  public long sent() {
    return sent;
  }

  public long received() {
    return received;
  }

  // ---- sending

  /** Sends the next bytes of a pattern. */
  public void send(Pattern pattern, long length) throws IOException {
    for (long left = length; left > 0; ) {
      int next = (int) Math.min(left, CHUNK_BYTES);
      for (ByteBuffer bytes = ByteBuffer.wrap(pattern.bytes(sent, next)); bytes.hasRemaining(); ) {
        channel.write(bytes);
      }
      sent += next;
      left -= next;
    }
  }

  public CompletableFuture<Void> sendInBackground(Pattern pattern, long length) {
    return Background.run(() -> send(pattern, length));
  }

  /**
   * Sends the next bytes of a pattern, until it has sent so many in all or the kernel takes no
   * more. Does not block.
   *
   * @return how many bytes it has sent in all
   */
  public long sendUntilFull(Pattern pattern, long sentMax) {
    try {
      channel.configureBlocking(false);
      for (int taken = 1; taken > 0 && sent < sentMax; sent += taken) {
        int next = (int) Math.min(sentMax - sent, CHUNK_BYTES);
        taken = channel.write(ByteBuffer.wrap(pattern.bytes(sent, next)));
      }
      channel.configureBlocking(true);
      return sent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * As {@link #sendUntilFull}, until the kernels have taken no more for many turns of the loops.
   */
  public long sendUntilStopped(Pattern pattern, long sentMax, ZLoopGroup loops) {
    return Turns.untilSteady(loops, () -> sendUntilFull(pattern, sentMax));
  }

  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void send(byte[] bytes) throws IOException {
    for (ByteBuffer left = ByteBuffer.wrap(bytes); left.hasRemaining(); ) {
      channel.write(left);
    }
  }

  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  // ---- receiving

  /** Receives the next bytes of a pattern, and fails at the first that is another. */
  public void receive(Pattern pattern, long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) Math.min(length, CHUNK_BYTES));
    for (long left = length; left > 0; ) {
      bytes.clear().limit((int) Math.min(left, bytes.capacity()));
      int taken = channel.read(bytes);
      if (taken < 0) {
        throw new EOFException("the end after " + received + " bytes, with " + left + " to come");
      }
      pattern.check(bytes.flip(), received);
      received += taken;
      left -= taken;
    }
  }

  /** Fails unless the peer's output ends here, in order. */
  public void receiveEnd() throws IOException {
    int taken = channel.read(ByteBuffer.allocate(1));
    if (taken >= 0) {
      throw new AssertionError("a byte after " + received + " instead of the end");
    }
  }

  /** Everything up to the end, as text. */
  public String receiveTextToEnd() throws IOException {
    return new String(receiveToEnd(), StandardCharsets.UTF_8);
  }

  /** Everything up to the end. */
  public byte[] receiveToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
    while (channel.read(bytes.clear()) >= 0) {
      all.write(bytes.array(), 0, bytes.position());
    }
    return all.toByteArray();
  }

  /** So many bytes, as text. */
  public String receiveText(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the end after " + bytes.position() + " bytes of " + length);
      }
    }
    return new String(bytes.array(), StandardCharsets.UTF_8);
  }

  // ---- the end

  /** Closes with a reset. */
  public void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
