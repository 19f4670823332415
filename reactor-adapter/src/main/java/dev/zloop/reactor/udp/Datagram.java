package dev.zloop.reactor.udp;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A datagram: its bytes, and the other end. One that was received has its sender there, one to be
 * sent its recipient, so that what is received can be sent back as it is.
 *
 * <p>Its references are those of its content.
 */
public final class Datagram implements ReferenceCounted {
  private final ByteBuf content;
  private final InetSocketAddress address;
  private final boolean truncated;

  Datagram(ByteBuf content, InetSocketAddress address, boolean truncated) {
    this.content = content;
    this.address = address;
    this.truncated = truncated;
  }

  /** A datagram for the peer of a connected socket. Takes the content, which may be empty. */
  public static Datagram of(ByteBuf content) {
    return new Datagram(Objects.requireNonNull(content, "content"), null, false);
  }

  /** A datagram for a recipient, which is resolved. Takes the content, which may be empty. */
  public static Datagram of(ByteBuf content, InetSocketAddress recipient) {
    return new Datagram(
        Objects.requireNonNull(content, "content"),
        Objects.requireNonNull(recipient, "recipient"),
        false);
  }

  /** A datagram for the other end of this one. Takes the content; this one is not released. */
  public Datagram reply(ByteBuf answer) {
    return new Datagram(Objects.requireNonNull(answer, "answer"), address, false);
  }

  /** The bytes. */
  public ByteBuf content() {
    return content;
  }

  /**
   * The sender or the recipient; null for the peer of a connected socket, when it is to be sent.
   */
  public InetSocketAddress address() {
    return address;
  }

  /** Whether it was longer than {@link UdpOption#DATAGRAM_BYTES_MAX}, and its end is lost. */
  public boolean isTruncated() {
    return truncated;
  }

  // ---- references

  @Override
  public int refCnt() {
    return content.refCnt();
  }

  @Override
  public Datagram retain() {
    content.retain();
    return this;
  }

  @Override
  public Datagram retain(int increment) {
    content.retain(increment);
    return this;
  }

  @Override
  public Datagram touch() {
    content.touch();
    return this;
  }

  @Override
  public Datagram touch(Object hint) {
    content.touch(hint);
    return this;
  }

  @Override
  public boolean release() {
    return content.release();
  }

  @Override
  public boolean release(int decrement) {
    return content.release(decrement);
  }

  @Override
  public String toString() {
    return "Datagram[" + content.readableBytes() + " bytes, " + address + "]";
  }
}
