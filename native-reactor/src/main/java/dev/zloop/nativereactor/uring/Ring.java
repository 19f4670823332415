package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLIN;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_CQE_F_MORE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ENTER_EXT_ARG;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ENTER_GETEVENTS;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ENTER_NO_IOWAIT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_FEAT_NO_IOWAIT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_POLL_ADD;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_POLL_ADD_MULTI;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_ENABLE_RINGS;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PROBE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_SYNC_CANCEL;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_CQSIZE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_DEFER_TASKRUN;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_R_DISABLED;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SINGLE_ISSUER;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SUBMIT_ALL;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_TASKRUN_FLAG;
import static dev.zloop.nativereactor.uring.Completor.RESERVED_USER_DATA;

import dev.zloop.nativereactor.poll.EventfdWaker;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Sqe;
import dev.zloop.nativereactor.sys.Timespec;
import dev.zloop.nativereactor.sys.UringGetEventsArg;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.sys.UringProbeResult;
import dev.zloop.nativereactor.sys.UringSyncCancel;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A ring and its turn: two queues, the buffers, the descriptor, and what ends a wait.
 *
 * <p>Completions are worked out by the ring's thread in its io_uring_enter(2), and nowhere else
 * (IORING_SETUP_DEFER_TASKRUN). Therefore a turn enters whenever a flag in the shared memory says
 * that something awaits it.
 */
final class Ring implements AutoCloseable {
  static final int SETUP_FLAGS =
      IORING_SETUP_CQSIZE
          | IORING_SETUP_SUBMIT_ALL
          | IORING_SETUP_TASKRUN_FLAG
          | IORING_SETUP_SINGLE_ISSUER
          | IORING_SETUP_DEFER_TASKRUN;

  /**
   * The scratch: an argument for entering, a timespec, then whatever else calls need for a while.
   */
  private static final int ARGUMENT_OFFSET = 0;

  private static final int TIMEOUT_OFFSET = 32;
  private static final int OTHER_OFFSET = 64;
  private static final int SCRATCH_SIZE = OTHER_OFFSET + UringParams.SIZE;

  /** How long close waits at a time for what it has cancelled. */
  private static final long CLOSE_WAIT_NANOS = 10_000_000;

  private final UringSyscalls syscalls;
  private final RingDescriptor descriptor;
  private final SubmissionQueue submissions;
  private final CompletionQueue completions;
  private final BufferRing buffers;
  private final Wakeup wakeup;
  private final long scratch;
  private final int enterFlags;

  /** What is to be closed, the youngest first. */
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Null until the first enter, which enables the ring. */
  private Thread issuer;

  private boolean closed;

  /** The caller's operations that are not over. */
  private long unfinished;

  private final UntakenMemory untaken = new UntakenMemory();

  /** Whether the ring polls the eventfd, as it must where there is one. */
  private boolean polling;

  Ring(UringOptions options, UringSyscalls syscalls, UringFeatures features) {
    this.syscalls = syscalls;
    try {
      Region region = Region.allocate(SCRATCH_SIZE, Long.BYTES);
      closers.push(region::close);
      scratch = region.address();
      long params = scratch + OTHER_OFFSET;
      UringParams.setCompletionEntries(params, options.completionEntries());
      descriptor =
          RingDescriptor.open(
              syscalls, options.entries(), params, SETUP_FLAGS | IORING_SETUP_R_DISABLED);
      closers.push(descriptor::close);
      RingMemory memory = RingMemory.map(syscalls, descriptor.fd(), params);
      closers.push(memory::unmap);
      submissions = new SubmissionQueue(memory, params);
      completions = new CompletionQueue(memory, params);
      enterFlags =
          IORING_ENTER_GETEVENTS
              | IORING_ENTER_EXT_ARG
              | ((UringParams.features(params) & IORING_FEAT_NO_IOWAIT) != 0
                  ? IORING_ENTER_NO_IOWAIT
                  : 0);
      buffers = BufferRing.register(syscalls, descriptor.fd(), options.bufferCount());
      closers.push(() -> buffers.close(descriptor.fd()));
      wakeup =
          features.sendsMessages()
              ? Wakeup.byMessage(descriptor)
              : Wakeup.byEventfd(descriptor, EventfdWaker.open(syscalls));
      closers.push(wakeup::close);
    } catch (Throwable e) {
      closers.forEach(Runnable::run);
      throw e;
    }
  }

  boolean isIncremental() {
    return buffers.isIncremental();
  }

  void provide(int bufferId, long address, int length) {
    if (!closed) {
      buffers.provide(bufferId, address, length);
    }
  }

  // ---- submissions

  /**
   * The address of the next entry, or 0 if the queue is full and the kernel takes nothing now, or
   * if closed. Of the entry every byte is to be written.
   */
  long nextEntry() {
    if (closed) {
      return 0;
    }
    if (submissions.isFull()) {
      giveAway();
      if (submissions.isFull()) {
        return 0;
      }
    }
    return submissions.next();
  }

  /** One more operation of the caller's, which will be over with its last completion. */
  void started() {
    unfinished++;
  }

  /** Gives the kernel what is queued, which it refuses while the ring is disabled. */
  private void giveAway() {
    if (issuer != null) {
      publish();
      syscalls.enter(descriptor.fd(), submissions.untaken(), 0, 0, 0, 0);
    }
  }

  /** The buffers first: the operations may want them. */
  private void publish() {
    buffers.publish();
    submissions.publish();
  }

  // ---- the turn

  int enter(long timeoutNanos) {
    if (closed) {
      return -Errno.EBADF;
    }
    int enabled = issuer != null ? 0 : enable();
    if (enabled < 0) {
      return enabled;
    }
    boolean canBeWoken = pollsEventfd();
    publish();
    // The ring is enabled by now: a wakeup that found it disabled has set its flag before.
    boolean waits = timeoutNanos != 0 && canBeWoken && completions.isEmpty() && !wakeup.isPending();
    int result = 0;
    if (waits || submissions.untaken() > 0 || submissions.wantsEntering()) {
      result = enter(waits, timeoutNanos);
      untaken.keep(submissions);
    }
    wakeup.take();
    return result >= 0 || isUsual(-result) ? 0 : result;
  }

  private int enter(boolean waits, long timeoutNanos) {
    long argument = scratch + ARGUMENT_OFFSET;
    long timeout = scratch + TIMEOUT_OFFSET;
    boolean limited = waits && timeoutNanos > 0;
    if (limited) {
      Timespec.set(timeout, timeoutNanos);
    }
    UringGetEventsArg.setTimeout(argument, limited ? timeout : 0);
    return syscalls.enter(
        descriptor.fd(),
        submissions.untaken(),
        waits ? 1 : 0,
        enterFlags,
        argument,
        UringGetEventsArg.SIZE);
  }

  /**
   * ETIME: the timeout has passed. EAGAIN, EBUSY: the kernel is short of memory, or its caller has
   * to take completions first; it took nothing, and is asked again in the next turn.
   */
  private static boolean isUsual(int errno) {
    return errno == Errno.ETIME
        || errno == Errno.EINTR
        || errno == Errno.EAGAIN
        || errno == Errno.EBUSY;
  }

  /** From here on the ring is this thread's: the kernel refuses any other. */
  private int enable() {
    int result = syscalls.register(descriptor.fd(), IORING_REGISTER_ENABLE_RINGS, 0, 0);
    if (result >= 0) {
      issuer = Thread.currentThread();
      VarHandle.fullFence(); // see Wakeup.woken
    }
    return result;
  }

  /**
   * Polls the eventfd, if there is one, and says whether it could. Each write to it is a completion
   * then, though nobody reads it. When the poll ends, as it may when completions overflow, it is
   * armed again, and finds at once what it has missed.
   */
  private boolean pollsEventfd() {
    if (!polling && wakeup.polledFd() >= 0) {
      long sqe = nextEntry();
      if (sqe == 0) {
        return false;
      }
      int fd = wakeup.polledFd();
      Sqe.set(sqe, IORING_OP_POLL_ADD, fd, 0, IORING_POLL_ADD_MULTI, EPOLLIN, RESERVED_USER_DATA);
      polling = true;
    }
    return true;
  }

  // ---- completions

  CompletionQueue completions() {
    return completions;
  }

  boolean hasCompletions() {
    return !closed && !completions.isEmpty();
  }

  boolean next() {
    while (!closed && completions.next()) {
      boolean isOver = (completions.flags() & IORING_CQE_F_MORE) == 0;
      if (completions.userData() != RESERVED_USER_DATA) {
        unfinished -= isOver ? 1 : 0;
        return true;
      }
      polling &= !isOver;
    }
    return false;
  }

  void wakeup() {
    wakeup.wakeup();
  }

  // ---- for the probe

  /** Whether the kernel has an operation, IORING_OP_*. */
  boolean supports(int operation) {
    try (Region region = Region.allocate(UringProbeResult.SIZE, Long.BYTES)) {
      int result =
          syscalls.register(
              descriptor.fd(),
              IORING_REGISTER_PROBE,
              region.address(),
              UringProbeResult.OPERATIONS);
      ErrnoException.check("IORING_REGISTER_PROBE", result);
      return UringProbeResult.isSupported(region.address(), operation);
    }
  }

  /** 0, or -errno if messages cannot be sent. */
  int sendMessage() {
    return descriptor.sendMessage();
  }

  // ---- the end

  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (issuer != null) {
      endOperations();
    }
    closed = true;
    untaken.close();
    closers.forEach(Runnable::run);
  }

  /** What was never given to the kernel is forgotten; what was, is cancelled and waited for. */
  private void endOperations() {
    if (issuer != Thread.currentThread()) {
      throw new IllegalStateException("the ring is " + issuer + "'s");
    }
    unfinished -= submissions.withdraw();
    boolean found = true;
    while (unfinished > 0 && found) {
      found = cancelAll() > 0;
      enter(completions.isEmpty(), CLOSE_WAIT_NANOS);
      while (next()) {
        found = true;
      }
    }
  }

  private int cancelAll() {
    long request = scratch + OTHER_OFFSET;
    UringSyncCancel.setAny(request);
    return syscalls.register(descriptor.fd(), IORING_REGISTER_SYNC_CANCEL, request, 1);
  }
}
