package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PBUF_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_UNREGISTER_PBUF_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IOU_PBUF_RING_INC;
import static dev.zloop.nativereactor.sys.UringConstants.MAP_ANONYMOUS;
import static dev.zloop.nativereactor.sys.UringConstants.MAP_POPULATE;
import static dev.zloop.nativereactor.sys.UringConstants.MAP_PRIVATE;
import static dev.zloop.nativereactor.sys.UringConstants.PROT_READ;
import static dev.zloop.nativereactor.sys.UringConstants.PROT_WRITE;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.UringBufferRing;
import dev.zloop.nativereactor.sys.UringSyscalls;

/** The buffers that the kernel may receive into: their addresses, in the order they were given. */
final class BufferRing {
  /** The only group there is. */
  static final int GROUP = 0;

  private final UringSyscalls syscalls;
  private final long ring;
  private final int entries;
  private final int bufferCount;
  private boolean incremental;
  private int tail;
  private boolean published = true;

  private BufferRing(UringSyscalls syscalls, long ring, int entries, int bufferCount) {
    this.syscalls = syscalls;
    this.ring = ring;
    this.entries = entries;
    this.bufferCount = bufferCount;
  }

  /** Registers an empty one, incremental where the kernel knows how. */
  static BufferRing register(UringSyscalls syscalls, int ringFd, int bufferCount) {
    int entries = Math.max(2, Integer.highestOneBit(2 * bufferCount - 1));
    // Not from a Region: it has to begin with a page, and pages are of several sizes.
    long ring =
        syscalls.mmap(
            (long) entries * UringBufferRing.ENTRY_SIZE,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
            -1,
            0);
    if (ring < 0) {
      throw new ErrnoException("mmap", (int) -ring);
    }
    BufferRing buffers = new BufferRing(syscalls, ring, entries, bufferCount);
    try {
      buffers.register(ringFd);
    } catch (Throwable e) {
      buffers.free();
      throw e;
    }
    return buffers;
  }

  private void register(int ringFd) {
    try (Region region = Region.allocate(UringBufferRing.REGISTRATION_SIZE, Long.BYTES)) {
      int result = register(ringFd, region.address(), IOU_PBUF_RING_INC);
      incremental = result >= 0;
      if (result == -Errno.EINVAL) {
        result = register(ringFd, region.address(), 0);
      }
      ErrnoException.check("IORING_REGISTER_PBUF_RING", result);
    }
  }

  private int register(int ringFd, long registration, int flags) {
    UringBufferRing.setRegistration(registration, ring, entries, GROUP, flags);
    return syscalls.register(ringFd, IORING_REGISTER_PBUF_RING, registration, 1);
  }

  boolean isIncremental() {
    return incremental;
  }

  void provide(int id, long address, int length) {
    if (id < 0 || id >= bufferCount || length <= 0) {
      throw new IllegalArgumentException("buffer %d of %d bytes".formatted(id, length));
    }
    long entry = ring + (long) (tail & entries - 1) * UringBufferRing.ENTRY_SIZE;
    UringBufferRing.setEntry(entry, id, address, length);
    tail++;
    published = false;
  }

  /** What was provided is the kernel's from here on. */
  void publish() {
    if (!published) {
      UringBufferRing.publishTail(ring, tail);
      published = true;
    }
  }

  /** Nothing may be in flight: then the kernel reads the ring no more. */
  void close(int ringFd) {
    try (Region region = Region.allocate(UringBufferRing.REGISTRATION_SIZE, Long.BYTES)) {
      UringBufferRing.setRegistration(region.address(), 0, 0, GROUP, 0);
      syscalls.register(ringFd, IORING_UNREGISTER_PBUF_RING, region.address(), 1);
    }
    free();
  }

  private void free() {
    syscalls.munmap(ring, (long) entries * UringBufferRing.ENTRY_SIZE);
  }
}
