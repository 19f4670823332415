package dev.zloop.reactor.udp;

import dev.zloop.core.transport.Datagrams;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A datagram on its way out, and who hears of its end. */
record OutgoingDatagram(DatagramSender sender, ByteBuf content, InetSocketAddress recipient) {

  /**
   * Queues a datagram. Takes it.
   *
   * @throws IllegalArgumentException if its recipient is unresolved; it is released then
   */
  static void queue(Datagrams datagrams, Datagram datagram, DatagramSender sender) {
    ByteBuf content = contiguous(datagram.content());
    int length = content.readableBytes();
    OutgoingDatagram outgoing = new OutgoingDatagram(sender, content, datagram.address());
    try {
      if (length == 0) {
        datagrams.send(0, 0, datagram.address(), outgoing);
      } else if (content.hasMemoryAddress()) {
        long address = content.memoryAddress() + content.readerIndex();
        datagrams.send(address, length, datagram.address(), outgoing);
      } else {
        datagrams.send(
            content.internalNioBuffer(content.readerIndex(), length), datagram.address(), outgoing);
      }
    } catch (IllegalArgumentException refused) {
      content.release();
      throw refused;
    }
  }

  /** Native memory in one piece: itself, or a copy instead of it. */
  private static ByteBuf contiguous(ByteBuf content) {
    if (!content.isReadable() || content.isDirect() && content.nioBufferCount() == 1) {
      return content;
    }
    try {
      return content.alloc().directBuffer(content.readableBytes()).writeBytes(content);
    } finally {
      content.release();
    }
  }

  /** It was sent, or could not be. */
  void tell(IOException failure) {
    content.release();
    sender.onSent(failure);
  }
}
