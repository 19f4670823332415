package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_OFF_SQES;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OFF_SQ_RING;
import static dev.zloop.nativereactor.sys.UringConstants.MAP_POPULATE;
import static dev.zloop.nativereactor.sys.UringConstants.MAP_SHARED;
import static dev.zloop.nativereactor.sys.UringConstants.PROT_READ;
import static dev.zloop.nativereactor.sys.UringConstants.PROT_WRITE;

import dev.zloop.nativereactor.sys.Cqe;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Sqe;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.sys.UringSyscalls;

/** The memory that a ring shares with the kernel: both queues in one mapping, the entries apart. */
final class RingMemory {
  private final UringSyscalls syscalls;
  private final long queues;
  private final long queuesSize;
  private final long entries;
  private final long entriesSize;

  private RingMemory(
      UringSyscalls syscalls, long queues, long queuesSize, long entries, long entriesSize) {
    this.syscalls = syscalls;
    this.queues = queues;
    this.queuesSize = queuesSize;
    this.entries = entries;
    this.entriesSize = entriesSize;
  }

  /**
   * Maps it.
   *
   * @param params as io_uring_setup(2) has left them
   */
  static RingMemory map(UringSyscalls syscalls, int fd, long params) {
    long submissionsEnd =
        UringParams.submissionArray(params)
            + (long) UringParams.submissionEntries(params) * Integer.BYTES;
    long completionsEnd =
        UringParams.completions(params) + (long) UringParams.completionEntries(params) * Cqe.SIZE;
    long queuesSize = Math.max(submissionsEnd, completionsEnd);
    long entriesSize = (long) UringParams.submissionEntries(params) * Sqe.SIZE;
    long queues = map(syscalls, fd, queuesSize, IORING_OFF_SQ_RING);
    try {
      long entries = map(syscalls, fd, entriesSize, IORING_OFF_SQES);
      return new RingMemory(syscalls, queues, queuesSize, entries, entriesSize);
    } catch (Throwable e) {
      syscalls.munmap(queues, queuesSize);
      throw e;
    }
  }

  private static long map(UringSyscalls syscalls, int fd, long size, long offset) {
    long address =
        syscalls.mmap(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
    if (address < 0) {
      throw new ErrnoException("mmap", (int) -address);
    }
    return address;
  }

  /** Where the offsets of {@link UringParams} begin. */
  long queues() {
    return queues;
  }

  /** Where the {@link Sqe}s are. */
  long entries() {
    return entries;
  }

  void unmap() {
    syscalls.munmap(entries, entriesSize);
    syscalls.munmap(queues, queuesSize);
  }
}
