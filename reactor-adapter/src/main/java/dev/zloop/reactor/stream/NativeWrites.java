package dev.zloop.reactor.stream;

import dev.zloop.core.transport.Transport;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Netty's buffers as the native memory that a transport writes from; copied only from the heap. */
final class NativeWrites {
  private NativeWrites() {}

  /** Takes the buffer: the transport tells its handler to release it, once, in any case. */
  static void write(Transport transport, ByteBuf buffer) {
    int length = buffer.readableBytes();
    if (buffer.hasMemoryAddress()) {
      transport.write(buffer.memoryAddress() + buffer.readerIndex(), length, buffer);
    } else if (!buffer.isDirect()) {
      writeCopy(transport, buffer);
    } else if (buffer.nioBufferCount() == 1) {
      transport.write(buffer.internalNioBuffer(buffer.readerIndex(), length), buffer);
    } else {
      writeComponents(transport, buffer);
    }
  }

  private static void writeCopy(Transport transport, ByteBuf heap) {
    ByteBuf direct;
    try {
      direct = heap.alloc().directBuffer(heap.readableBytes()).writeBytes(heap);
    } finally {
      heap.release();
    }
    write(transport, direct);
  }

  /** A composite: the last of its parts carries the reference to the whole. */
  private static void writeComponents(Transport transport, ByteBuf composite) {
    ByteBuffer[] parts = composite.nioBuffers();
    for (int i = 0; i < parts.length; i++) {
      transport.write(parts[i], i == parts.length - 1 ? composite : null);
    }
  }
}
