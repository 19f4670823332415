package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.MMsgHdr;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.SocketMemory;
import dev.zloop.nativereactor.sys.Syscalls;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Datagrams of a loop by system calls, several at a time: one memory for all its sockets, into
 * which is received, and from which nothing is lent. Who keeps a datagram copies it: most are
 * small, and a lease would pin room for the longest.
 */
final class DatagramBatch implements AutoCloseable {
  private static final int COUNT = DatagramIo.DATAGRAMS_PER_CALL_MAX;

  /**
   * The distance between two datagrams: some cache lines more than one needs, since at a distance
   * of a power of two all their beginnings would share a few lines of the cache.
   */
  private static final int STRIDE = (64 << 10) + 192;

  private static final int ALIGNMENT = 64;

  private static final int IOVECS = COUNT * MMsgHdr.SIZE;
  private static final int NAMES = IOVECS + COUNT * IoVec.SIZE;

  /** Headers, vectors and addresses: once to receive, once to send. */
  private static final int MESSAGES_BYTES = NAMES + COUNT * SocketAddresses.MAX_LENGTH;

  private static final int OPTION_LENGTH = 2 * MESSAGES_BYTES;
  private static final int OPTION = OPTION_LENGTH + Long.BYTES;
  private static final int BYTES = OPTION + SocketMemory.SIZE;

  private final Syscalls syscalls;
  private final Region region = Region.allocate(BYTES, ALIGNMENT);
  private final long incoming = region.address();
  private final long outgoing = region.address() + MESSAGES_BYTES;
  private final SenderCache senders = new SenderCache();
  private final Slot[] slots = new Slot[COUNT];

  DatagramBatch(Syscalls syscalls) {
    this.syscalls = syscalls;
    try {
      ByteBuffer memory = ByteBuffer.allocateDirect(COUNT * STRIDE);
      for (int i = 0; i < COUNT; i++) {
        slots[i] = new Slot(i, memory.slice(i * STRIDE, STRIDE));
      }
      prepare(incoming);
      prepare(outgoing);
    } catch (Throwable error) {
      region.close();
      throw error;
    }
  }

  private static void prepare(long messages) {
    for (int i = 0; i < COUNT; i++) {
      MsgHdr.clear(header(messages, i));
      MsgHdr.setIoVecs(header(messages, i), messages + IOVECS + (long) i * IoVec.SIZE, 1);
    }
  }

  private static long header(long messages, int i) {
    return messages + (long) i * MMsgHdr.SIZE;
  }

  private static long name(long messages, int i) {
    return messages + NAMES + (long) i * SocketAddresses.MAX_LENGTH;
  }

  /**
   * Receives up to so many datagrams by one system call.
   *
   * @param bytesMax of one, that there is room for
   * @return how many, 1 or more, or -errno; {@link #received} has them until the next call
   */
  int receive(int fd, int count, int bytesMax) {
    for (int i = 0; i < count; i++) {
      IoVec.set(incoming + IOVECS, i, slots[i].address, bytesMax);
      MsgHdr.setName(header(incoming, i), name(incoming, i), SocketAddresses.MAX_LENGTH);
    }
    return syscalls.recvmmsg(fd, incoming, count, SocketConstants.MSG_DONTWAIT);
  }

  /** The n-th of those received last, from 0. */
  ReceivedDatagram received(int n) {
    Slot slot = slots[n];
    slot.bytes.clear().limit(MMsgHdr.length(header(incoming, n)));
    return slot;
  }

  /**
   * Sends from the front of a queue by one system call.
   *
   * @param family of the socket
   * @return how many were sent, 1 or more, or -errno of the first
   */
  int send(int fd, int family, DatagramQueue queue) {
    int count = Math.min(queue.count(), COUNT);
    for (int i = 0; i < count; i++) {
      IoVec.set(outgoing + IOVECS, i, queue.address(i), queue.length(i));
      InetSocketAddress recipient = queue.recipient(i);
      if (recipient == null) {
        MsgHdr.setName(header(outgoing, i), 0, 0);
      } else {
        long name = name(outgoing, i);
        int length = SocketAddresses.encode(recipient, family, name);
        MsgHdr.setName(header(outgoing, i), name, length);
      }
    }
    int flags = SocketConstants.MSG_DONTWAIT | SocketConstants.MSG_NOSIGNAL;
    return syscalls.sendmmsg(fd, outgoing, count, flags);
  }

  /** How many the kernel has dropped for a socket, or 0 where it does not tell. */
  long dropped(int fd) {
    long length = region.address() + OPTION_LENGTH;
    long value = region.address() + OPTION;
    Memory.zero(value, SocketMemory.SIZE);
    Memory.putInt(length, SocketMemory.SIZE);
    int result =
        syscalls.getsockopt(
            fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_MEMINFO, value, length);
    return result < 0 ? 0 : SocketMemory.drops(value);
  }

  @Override
  public void close() {
    region.close();
  }

  /** The place of one received datagram. */
  private final class Slot implements ReceivedDatagram {
    private final int index;
    private final ByteBuffer bytes;
    private final long address;

    Slot(int index, ByteBuffer memory) {
      this.index = index;
      bytes = memory;
      address = Memory.addressOf(memory);
    }

    @Override
    public ByteBuffer bytes() {
      return bytes;
    }

    @Override
    public boolean isTruncated() {
      return (MsgHdr.flags(header(incoming, index)) & SocketConstants.MSG_TRUNC) != 0;
    }

    @Override
    public InetSocketAddress sender() {
      return senders.get(name(incoming, index), MsgHdr.nameLength(header(incoming, index)));
    }
  }
}
