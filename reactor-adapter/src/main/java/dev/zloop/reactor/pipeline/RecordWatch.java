package dev.zloop.reactor.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Looks at the records that arrive, before they are decrypted, for two things that TLS engines do
 * not tell:
 *
 * <ul>
 *   <li>An alert in plaintext, where they expect it encrypted. OpenSSL's clients refuse a TLSv1.3
 *       server's certificate by one, as they have no key yet for what they send (RFC 8446, 6.2 asks
 *       for the other); an engine cannot decrypt it, and takes it for a broken record.
 *   <li>A handshake that begins anew, up to TLSv1.2. The JDK's engine goes along with it, and so
 *       does BoringSSL's for a client: a peer would make this side work as often as it likes (RFC
 *       5746, 5: refuse, if in doubt).
 * </ul>
 */
final class RecordWatch extends ChannelInboundHandlerAdapter {
  /** Type, version and length (RFC 8446, 5.1). */
  private static final int HEADER_BYTES = 5;

  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;

  private static final int ALERT_BYTES = 2;

  private final Runnable renegotiation;

  /** The first bytes of a record, and of its content if that may be an alert. */
  private final byte[] head = new byte[HEADER_BYTES + ALERT_BYTES];

  private int headBytes;

  /** Of the record's content, bytes to come. */
  private int contentLeft;

  private ChannelHandlerContext context;

  /**
   * The peer encrypts from here on; and the one message of its handshake came that is encrypted.
   */
  private boolean cipherChanged;

  private boolean finished;

  private boolean secured;
  private TlsAlert alert;

  /**
   * @param renegotiation called when the peer begins a second handshake, and what came before has
   *     been passed on; the channel is closed after that
   */
  RecordWatch(Runnable renegotiation) {
    this.renegotiation = renegotiation;
  }

  /** From here on another handshake is none of the first. */
  void secured() {
    secured = true;
  }

  /** The last alert that came in plaintext, or null. */
  TlsAlert plainAlert() {
    return alert;
  }

  /** There is nothing more to see. */
  void stop() {
    context.pipeline().remove(this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext newContext) {
    context = newContext;
  }

  @Override
  public void channelRead(ChannelHandlerContext self, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    int second = findSecondHandshake(buffer);
    if (second < 0) {
      self.fireChannelRead(buffer);
      return;
    }
    self.fireChannelRead(buffer.writerIndex(second));
    stop();
    renegotiation.run();
    self.channel().close();
  }

  /**
   * Goes through the buffer, which is left as it is.
   *
   * @return where a second handshake begins, or -1
   */
  private int findSecondHandshake(ByteBuf buffer) {
    int at = buffer.readerIndex();
    while (at < buffer.writerIndex()) {
      if (headBytes < HEADER_BYTES) {
        head[headBytes++] = buffer.getByte(at++);
        if (headBytes == HEADER_BYTES && onHeader()) {
          return Math.max(buffer.readerIndex(), at - HEADER_BYTES);
        }
      } else {
        int taken = Math.min(contentLeft, buffer.writerIndex() - at);
        if (isAlert()) {
          taken = Math.min(taken, head.length - headBytes);
          buffer.getBytes(at, head, headBytes, taken);
          headBytes += taken;
        }
        onContent(taken);
        at += taken;
      }
    }
    return -1;
  }

  private boolean onHeader() {
    contentLeft = (head[3] & 0xff) << 8 | head[4] & 0xff;
    onContent(0);
    return switch (head[0]) {
      case CHANGE_CIPHER_SPEC -> {
        cipherChanged = true;
        yield false;
      }
      case HANDSHAKE -> isAnother();
      default -> false;
    };
  }

  private boolean isAnother() {
    boolean afterFinished = finished;
    finished |= cipherChanged;
    return secured && afterFinished;
  }

  private void onContent(int taken) {
    contentLeft -= taken;
    if (contentLeft == 0) {
      if (headBytes == head.length) {
        alert = TlsAlert.ofCode(head[HEADER_BYTES + 1] & 0xff);
      }
      headBytes = 0;
    }
  }

  /** An encrypted one is longer. */
  private boolean isAlert() {
    return head[0] == ALERT && headBytes + contentLeft == head.length;
  }
}
