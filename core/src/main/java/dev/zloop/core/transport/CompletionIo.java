package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.Progress;
import dev.zloop.nativereactor.sys.Syscalls;
import dev.zloop.nativereactor.uring.Completor;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * The seam over a {@link Completor}. Requests only note what is wanted; just before the kernel is
 * entered, the handles that noted something make what is in flight match it. So a receive that is
 * stopped and started within a turn costs nothing, and a send takes along what was written since.
 *
 * <p>The user data of an operation is its kind and its handle's token; the token tells a handle
 * from those that had its slot before.
 */
public final class CompletionIo implements SocketIo {

  // Kinds of operations; the topmost byte of user data.

  static final int ACCEPT = 1;
  static final int CONNECT = 2;
  static final int RECV = 3;
  static final int SEND = 4;
  static final int POLL = 5;

  /** Of a buffer that one receive uses up, whatever it receives. */
  private static final int SINGLE_USE_BYTES = 16 << 10;

  /** What is told in a turn; more completions wait in their queue for the next one. */
  static final int COMPLETIONS_PER_TURN_MAX = 1024;

  private final Completor completor;
  private final SocketCalls calls;
  private final ProvidedBuffers buffers;
  private final SubmissionMemory submissionMemory;
  private final HandleTable<CompletionHandle> handles = new HandleTable<>();

  /** Handles that want something else than they had when the kernel was last entered. */
  private CompletionHandle[] dirty = new CompletionHandle[64];

  private int dirtyCount;

  private final ArrayDeque<CompletionHandle> backlog = new ArrayDeque<>();

  /** Closed handles, to be told so: never in the turn in which they were closed. */
  private final ArrayDeque<CompletionHandle> closed = new ArrayDeque<>();

  /** Of the loop, once there is one. */
  private Progress progress = new Progress();

  /** Counts the turns, modulo 2^32. */
  private int turn;

  /**
   * As {@link #CompletionIo(Completor, Syscalls, int, int)}, with buffers as they suit the
   * completor.
   *
   * @param receiveBytes how much memory to receive into, at the most: 4 chunks or more
   */
  public CompletionIo(Completor completor, Syscalls syscalls, long receiveBytes) {
    this(
        completor, syscalls, bufferBytes(completor), (int) (receiveBytes / bufferBytes(completor)));
  }

  private static int bufferBytes(Completor completor) {
    return completor.consumesIncrementally() ? CHUNK_BYTES : SINGLE_USE_BYTES;
  }

  /** How many buffers a completor is to be opened for, that so many bytes are received into. */
  public static int buffersMax(long receiveBytes) {
    return (int) (receiveBytes / SINGLE_USE_BYTES);
  }

  /**
   * Takes the completor and the system calls: they are closed with this; on failure they remain the
   * caller's.
   *
   * @param bufferBytes of a buffer to receive into
   * @param buffersMax how many of them there are at the most, 4 or more; the completor was opened
   *     for as many
   */
  public CompletionIo(Completor completor, Syscalls syscalls, int bufferBytes, int buffersMax) {
    this(completor, syscalls, new ProvidedBuffers(completor, bufferBytes, buffersMax));
  }

  /** For tests, which bring buffers that run out. Takes them, also on failure. */
  CompletionIo(Completor completor, Syscalls syscalls, ProvidedBuffers buffers) {
    this.completor = completor;
    this.buffers = buffers;
    try {
      submissionMemory = new SubmissionMemory();
      try {
        calls = new SocketCalls(syscalls);
      } catch (Throwable error) {
        submissionMemory.close();
        throw error;
      }
    } catch (Throwable error) {
      buffers.close();
      throw error;
    }
  }

  @Override
  public Syscalls syscalls() {
    return calls.syscalls;
  }

  // ---- the turn

  @Override
  public void await(long timeoutNanos) {
    turn++;
    buffers.replenish();
    boolean complete = reconcile();
    int result = completor.enter(complete && !hasBacklog() ? timeoutNanos : 0);
    submissionMemory.clear();
    if (result < 0) {
      throw new UncheckedIOException(new NativeIoException("waiting for I/O", -result));
    }
  }

  /** Returns whether all could be queued; what could not is tried again in the next turn. */
  private boolean reconcile() {
    int done = 0;
    while (done < dirtyCount && dirty[done].reconcile()) {
      dirty[done++].dirty = false;
    }
    int left = dirtyCount - done;
    System.arraycopy(dirty, done, dirty, 0, left);
    Arrays.fill(dirty, left, dirtyCount, null);
    dirtyCount = left;
    return left == 0;
  }

  void markDirty(CompletionHandle handle) {
    if (!handle.dirty) {
      handle.dirty = true;
      if (dirtyCount == dirty.length) {
        dirty = Arrays.copyOf(dirty, dirtyCount * 2);
      }
      dirty[dirtyCount++] = handle;
    }
  }

  @Override
  public int dispatch() {
    int backlogCount = backlog.size();
    int served = closed.size() + backlogCount;
    for (int left = closed.size(); left > 0; left--) {
      CompletionHandle handle = closed.poll();
      progress.step(handle);
      handle.onClosed();
    }
    for (int left = backlogCount; left > 0; left--) {
      CompletionHandle handle = backlog.poll();
      handle.inBacklog = false;
      if (!handle.isClosed()) {
        progress.step(handle);
        handle.onBacklog();
      }
    }
    return served + dispatchCompletions();
  }

  private int dispatchCompletions() {
    int count = 0;
    for (; count < COMPLETIONS_PER_TURN_MAX && completor.next(); count++) {
      long userData = completor.userData();
      int kind = (int) (userData >>> HandleTable.TOKEN_BITS);
      CompletionHandle handle = handles.get(userData);
      if (handle != null) {
        progress.step(handle);
        handle.complete(kind, completor);
      } else {
        discard(kind);
      }
    }
    return count;
  }

  @Override
  public void tellProgress(Progress loops) {
    progress = loops;
  }

  @Override
  public boolean hasBacklog() {
    return !backlog.isEmpty() || !closed.isEmpty() || completor.hasCompletions();
  }

  void addToBacklog(CompletionHandle handle) {
    if (!handle.inBacklog) {
      handle.inBacklog = true;
      backlog.add(handle);
    }
  }

  /** Differs from turn to turn. */
  int turn() {
    return turn;
  }

  @Override
  public void wakeup() {
    completor.wakeup();
  }

  // ---- handles

  @Override
  public StreamIo openStream(int fd, StreamEvents events) {
    return add(new CompletionStream(this, fd, events));
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events) {
    CompletionStream stream = new CompletionStream(this, fd, events);
    stream.connect(address, addressLength);
    return add(stream);
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) {
    return add(new CompletionListener(this, fd, events));
  }

  @Override
  public DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events) {
    return add(new CompletionDatagrams(this, fd, settings, events));
  }

  private <H extends CompletionHandle> H add(H handle) {
    handle.token = handles.add(handle);
    markDirty(handle);
    return handle;
  }

  /** Closes the descriptor of a handle of which nothing is in flight, and tells it later. */
  void close(CompletionHandle handle) {
    calls.syscalls.close(handle.fd);
    handles.remove(handle.token);
    closed.add(handle);
  }

  /** The completion at hand is of no handle, or of one that closes: frees what it carries. */
  void discard(int kind) {
    int result = completor.result();
    if (kind == ACCEPT && result >= 0) {
      reject(result);
    }
    int bufferId = completor.bufferId();
    if (bufferId >= 0) {
      buffers.discard(bufferId, Math.max(0, result), completor.bufferHasMore());
    }
  }

  /** Ends a connection that nobody wants, as the kernel does with those in the backlog. */
  void reject(int fd) {
    calls.armReset(fd);
    calls.syscalls.close(fd);
  }

  // ---- what handles share

  Completor completor() {
    return completor;
  }

  SocketCalls calls() {
    return calls;
  }

  ProvidedBuffers buffers() {
    return buffers;
  }

  SubmissionMemory submissionMemory() {
    return submissionMemory;
  }

  @Override
  public List<String> describe() {
    int[] inFlight = {0};
    handles.forEach(handle -> inFlight[0] += handle.operationsInFlight());
    return List.of(
        "operations: "
            + inFlight[0]
            + " in flight, on "
            + handles.size()
            + " descriptors; "
            + dirtyCount
            + " descriptors want others, "
            + backlog.size()
            + " are to be served",
        buffers.describe());
  }

  @Override
  public void close() {
    // Where the loop stops for a defect, something may be in flight: it ends before all else.
    completor.close();
    handles.forEach(handle -> calls.syscalls.close(handle.fd));
    buffers.close();
    submissionMemory.close();
    calls.close();
  }
}
