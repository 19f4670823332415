package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.Region;

/**
 * What the kernel reads when it takes an operation, and not afterwards: addresses to connect to,
 * and the headers and vectors of sends. It is filled from its front, and emptied each turn.
 */
final class SubmissionMemory implements AutoCloseable {
  private static final int ALIGNMENT = 8;
  private static final int BYTES = 64 << 10;

  private final Region region;
  private final long end;
  private long next;

  SubmissionMemory() {
    region = Region.allocate(BYTES, ALIGNMENT);
    end = region.address() + BYTES;
    next = region.address();
  }

  /** The address of so many bytes, or 0 if there is not enough left for this turn. */
  long take(int bytes) {
    long address = next;
    long following = address + bytes + ALIGNMENT - 1 & -ALIGNMENT;
    if (following > end) {
      return 0;
    }
    next = following;
    return address;
  }

  /** A struct msghdr with the front of a queue, bounded as one send is; or 0, as {@link #take}. */
  long message(WriteQueue queue) {
    int pieces = Math.min(queue.count(), SocketCalls.IOVECS_MAX);
    long header = take(MsgHdr.SIZE + pieces * IoVec.SIZE);
    if (header != 0) {
      long iovecs = header + MsgHdr.SIZE;
      MsgHdr.clear(header);
      MsgHdr.setIoVecs(header, iovecs, queue.gather(iovecs, pieces, SocketCalls.SEND_BYTES_MAX));
    }
    return header;
  }

  /** The kernel has taken what pointed here. */
  void clear() {
    next = region.address();
  }

  @Override
  public void close() {
    region.close();
  }
}
