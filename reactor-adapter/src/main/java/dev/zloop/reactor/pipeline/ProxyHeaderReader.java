package dev.zloop.reactor.pipeline;

import dev.zloop.core.Timer;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.proxy.ProxyProtocolException;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import dev.zloop.reactor.stream.ByteStreamUser;
import dev.zloop.reactor.stream.TransportStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * Reads the PROXY header that a connection begins with, and leaves the stream, and what is behind
 * the header, to its user. On the loop's thread.
 */
public final class ProxyHeaderReader implements ByteStreamUser {
  private static final String CODEC = "io.netty.handler.codec.haproxy.HAProxyMessageDecoder";

  /**
   * Hears of one of the two, once, when the stream is its user's; of neither, if that ends before.
   */
  public interface Callback {

    /**
     * The header was read, or there is none.
     *
     * @param header nothing, if the client is the peer of the socket
     */
    void onHeader(Optional<ProxyHeader> header);

    /** There is no header, or none that makes sense. The callee is to abort the stream. */
    void onFailed(ProxyProtocolException cause);
  }

  private final TransportStream stream;
  private final ByteStreamUser user;
  private final boolean required;
  private final Duration timeout;
  private final Callback callback;

  private final ProxyHeaderBytes header = new ProxyHeaderBytes();
  private Timer timer;

  private ProxyHeaderReader(
      TransportStream stream,
      ByteStreamUser user,
      boolean required,
      Duration timeout,
      Callback callback) {
    this.stream = stream;
    this.user = user;
    this.required = required;
    this.timeout = timeout;
    this.callback = callback;
  }

  /**
   * Whether headers can be read.
   *
   * @throws IllegalStateException if Netty's codec, an optional dependency, is not there
   */
  public static void requireCodec() {
    try {
      Class.forName(CODEC, false, ProxyHeaderReader.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "the PROXY protocol takes Netty's codec: add io.netty:netty-codec-haproxy", e);
    }
  }

  /**
   * Begins to read.
   *
   * @param stream whose user this is for a while
   * @param user who is told the end in any case, and everything else once the header was read
   * @param support not {@link ProxyProtocolSupport#OFF}
   * @param timeout for the whole header; positive
   */
  public static void read(
      TransportStream stream,
      ByteStreamUser user,
      ProxyProtocolSupport support,
      Duration timeout,
      Callback callback) {
    assert support != ProxyProtocolSupport.OFF;
    boolean required = support == ProxyProtocolSupport.ON;
    new ProxyHeaderReader(stream, user, required, timeout, callback).begin();
  }

  private void begin() {
    stream.use(this);
    try {
      timer = stream.loop().schedule(this::onTimeout, timeout);
    } catch (RejectedExecutionException closing) {
      // the stream is about to end
    }
    stream.startReading();
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    int begin = buffer.readerIndex();
    boolean isFirst = !header.bytes().isReadable();
    switch (header.take(buffer)) {
      case COMPLETE -> decode(buffer);
      case NONE -> onNone(isFirst ? buffer.readerIndex(begin) : withBegun(buffer), false);
      case TOO_LONG -> {
        buffer.release();
        fail("sent a PROXY header of more than " + ProxyHeaderBytes.LINE_BYTES_MAX + " bytes");
      }
      case SIGNATURE, LINE, LENGTH, REST -> buffer.release();
    }
  }

  private void decode(ByteBuf behind) {
    leave();
    stream.giveBack(behind, false);
    Optional<ProxyHeader> decoded;
    try {
      decoded = ProxyHeaderDecoder.decode(stream, header.bytes());
    } catch (ProxyProtocolException e) {
      callback.onFailed(e);
      return;
    }
    decoded.ifPresent(found -> stream.present(found.sourceAddress()));
    callback.onHeader(decoded);
  }

  /** What had come before and this, which it takes, in one. */
  private ByteBuf withBegun(ByteBuf buffer) {
    ByteBuf begun = header.bytes();
    int length = begun.readableBytes() + buffer.readableBytes();
    ByteBuf both = ByteBufAllocator.DEFAULT.directBuffer(length);
    both.writeBytes(begun, begun.readerIndex(), begun.readableBytes()).writeBytes(buffer);
    buffer.release();
    return both;
  }

  /** There is no header. Takes the buffer, with all that came instead. */
  private void onNone(ByteBuf instead, boolean inputEnded) {
    if (required) {
      instead.release();
      fail(
          "does not begin with a PROXY header, but with the bytes "
              + ByteBufUtil.hexDump(header.bytes())
              + ": let the proxy send one (haproxy: send-proxy-v2), or do not expect it");
      return;
    }
    leave();
    stream.giveBack(instead, inputEnded);
    callback.onHeader(Optional.empty());
  }

  @Override
  public void onInputEnd(IOException failure) {
    if (!required && isUndecided()) {
      onNone(withBegun(Unpooled.EMPTY_BUFFER), true);
    } else if (header.bytes().isReadable()) {
      fail("ended within its PROXY header");
    } else {
      leave();
      stream.close(); // somebody looked whether somebody listens
    }
  }

  private void onTimeout() {
    if (!required && isUndecided()) {
      onNone(withBegun(Unpooled.EMPTY_BUFFER), false);
    } else {
      fail("sent no PROXY header within " + timeout.toMillis() + " ms");
    }
  }

  private boolean isUndecided() {
    return header.state() == ProxyHeaderBytes.State.SIGNATURE;
  }

  private void leave() {
    stopTimer();
    stream.stopReading();
    stream.use(user);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  private void fail(String what) {
    leave();
    callback.onFailed(
        new ProxyProtocolException("the connection from " + stream.remoteAddress() + " " + what));
  }

  @Override
  public void onWritable() {}

  @Override
  public void onSent() {}

  @Override
  public boolean onBroken(IOException cause) {
    return false;
  }

  @Override
  public String describe() {
    return "awaits a PROXY header";
  }

  @Override
  public void onClosed(IOException cause) {
    stopTimer();
    user.onClosed(cause);
  }
}
