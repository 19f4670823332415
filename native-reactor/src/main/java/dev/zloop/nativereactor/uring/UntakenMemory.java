package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_CONNECT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_SENDMSG;

import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Sqe;

/**
 * Keeps what entries point to that the kernel should have read in an enter and has not, because it
 * was short of memory: from then on the memory is its owner's again, who was told that it has to
 * stay only until the enter returns. Rare, and hence simple: everything is copied each time.
 */
final class UntakenMemory {
  /** Null while there is nothing to keep. */
  private Region copies;

  private long end;

  /** After an enter: copies for what was not taken, and forgets the copies for what was. */
  void keep(SubmissionQueue submissions) {
    int count = submissions.untaken();
    if (count == 0 && copies == null) {
      return;
    }
    Region before = copies;
    long size = 0;
    for (int index = 0; index < count; index++) {
      size += sizeOf(submissions.untakenAt(index));
    }
    copies = size > 0 ? Region.allocate(size, Long.BYTES) : null;
    end = size > 0 ? copies.address() : 0;
    for (int index = 0; index < count; index++) {
      copy(submissions.untakenAt(index));
    }
    if (before != null) {
      before.close();
    }
  }

  private static long sizeOf(long sqe) {
    return switch (Sqe.operation(sqe)) {
      case IORING_OP_CONNECT -> roundedUp(Sqe.offset(sqe));
      case IORING_OP_SENDMSG -> MsgHdr.SIZE + IoVec.SIZE * MsgHdr.ioVecCount(Sqe.address(sqe));
      default -> 0;
    };
  }

  private static long roundedUp(long size) {
    return size + Long.BYTES - 1 & -Long.BYTES;
  }

  private void copy(long sqe) {
    long size = sizeOf(sqe);
    if (size == 0) {
      return;
    }
    long from = Sqe.address(sqe);
    if (Sqe.operation(sqe) == IORING_OP_CONNECT) {
      Memory.copy(from, end, Sqe.offset(sqe));
    } else {
      int count = MsgHdr.ioVecCount(from);
      Memory.copy(from, end, MsgHdr.SIZE);
      Memory.copy(MsgHdr.ioVecs(from), end + MsgHdr.SIZE, (long) count * IoVec.SIZE);
      MsgHdr.setIoVecs(end, end + MsgHdr.SIZE, count);
    }
    Sqe.setAddress(sqe, end);
    end += size;
  }

  void close() {
    if (copies != null) {
      copies.close();
      copies = null;
    }
  }
}
