package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Linger;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The seam over a {@link Poller}: readiness that plays completion. Each descriptor is registered
 * once, edge-triggered, for all that it can tell; its handle remembers what it is ready for. What a
 * turn leaves over, because work is bounded, waits in the backlog, since no edge would announce it.
 */
public final class ReadinessIo implements SocketIo {
  static final int IOVECS_MAX = 64;
  static final int SEND_BYTES_MAX = 1 << 20;

  private static final int STREAM_INTEREST = Poller.READABLE | Poller.WRITABLE | Poller.PEER_CLOSED;

  private final Poller poller;
  private final Syscalls syscalls;
  private final Region scratch;
  private final ReceiveBuffers receiveBuffers;

  /** Handles by slot; null where free. A token is a slot and that slot's generation. */
  private ReadinessHandle[] handles = new ReadinessHandle[64];

  private int[] generations = new int[64];
  private int[] freeSlots = new int[64];
  private int freeCount;
  private int slotsUsed;

  private final ArrayDeque<ReadinessHandle> backlog = new ArrayDeque<>();

  /** Closed handles, to be told so: never in the turn in which they were closed. */
  private final ArrayDeque<ReadinessHandle> closed = new ArrayDeque<>();

  private int eventCount;
  private long bytesOffered;

  /** Takes both arguments: they are closed with this; on failure they remain the caller's. */
  public ReadinessIo(Poller poller, Syscalls syscalls) {
    this(poller, syscalls, ReceiveBuffers.CHUNK_BYTES, ReceiveBuffers.CHUNKS_MAX);
  }

  /**
   * As {@link #ReadinessIo(Poller, Syscalls)}, with another size of what is received into.
   *
   * @param chunkBytes of a piece of memory; a multiple of 4
   * @param chunksMax how many of them there are, at the most
   */
  public ReadinessIo(Poller poller, Syscalls syscalls, int chunkBytes, int chunksMax) {
    this.poller = poller;
    this.syscalls = syscalls;
    scratch = newScratch();
    try {
      receiveBuffers = new ReceiveBuffers(chunkBytes, chunksMax);
    } catch (Throwable error) {
      scratch.close();
      throw error;
    }
  }

  /** For tests, which bring buffers that run out. */
  ReadinessIo(Poller poller, Syscalls syscalls, ReceiveBuffers receiveBuffers) {
    this.poller = poller;
    this.syscalls = syscalls;
    this.scratch = newScratch();
    this.receiveBuffers = receiveBuffers;
  }

  private static Region newScratch() {
    return Region.allocate(MsgHdr.SIZE + IOVECS_MAX * IoVec.SIZE + 8, 8);
  }

  @Override
  public Syscalls syscalls() {
    return syscalls;
  }

  // ---- the turn

  @Override
  public void await(long timeoutNanos) {
    int result = poller.poll(timeoutNanos);
    if (result < 0) {
      throw new UncheckedIOException(new NativeIoException("waiting for I/O", -result));
    }
    eventCount = result;
  }

  @Override
  public int dispatch() {
    int backlogCount = backlog.size();
    int served = closed.size() + backlogCount;
    for (int left = closed.size(); left > 0; left--) {
      closed.poll().onClosed();
    }
    for (int left = backlogCount; left > 0; left--) {
      ReadinessHandle handle = backlog.poll();
      handle.inBacklog = false;
      if (handles[handle.slot] == handle) {
        handle.onBacklog();
      }
    }
    for (int i = 0; i < eventCount; i++) {
      ReadinessHandle handle = handleOf(poller.token(i));
      if (handle != null) {
        handle.onReady(poller.readiness(i));
        served++;
      }
    }
    eventCount = 0;
    return served;
  }

  @Override
  public boolean hasBacklog() {
    return !backlog.isEmpty() || !closed.isEmpty();
  }

  void addToBacklog(ReadinessHandle handle) {
    if (!handle.inBacklog) {
      handle.inBacklog = true;
      backlog.add(handle);
    }
  }

  @Override
  public void wakeup() {
    poller.wakeup();
  }

  // ---- handles

  @Override
  public StreamIo openStream(int fd, StreamEvents events) throws NativeIoException {
    ReadinessStream stream = new ReadinessStream(this, fd, events);
    register(stream, STREAM_INTEREST);
    return stream;
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events)
      throws NativeIoException {
    // Connected first and watched second: epoll reports an unconnected socket as hung up.
    int result = syscalls.connect(fd, address, addressLength);
    ReadinessStream stream = new ReadinessStream(this, fd, events);
    register(stream, STREAM_INTEREST);
    stream.awaitConnect(result);
    return stream;
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) throws NativeIoException {
    ReadinessListener listener = new ReadinessListener(this, fd, events);
    register(listener, Poller.READABLE);
    return listener;
  }

  private void register(ReadinessHandle handle, int interest) throws NativeIoException {
    int slot = freeCount > 0 ? freeSlots[freeCount - 1] : slotsUsed;
    ensureCapacity(slot);
    int result = poller.register(handle.fd, interest, token(slot));
    if (result < 0) {
      throw new NativeIoException("watching fd " + handle.fd, -result);
    }
    if (slot == slotsUsed) {
      slotsUsed++;
    } else {
      freeCount--;
    }
    handle.slot = slot;
    handles[slot] = handle;
  }

  private long token(int slot) {
    return (long) generations[slot] << 32 | slot;
  }

  /** Null for an event whose handle has gone: it was closed earlier in the same turn. */
  private ReadinessHandle handleOf(long token) {
    int slot = (int) token;
    return generations[slot] == (int) (token >>> 32) ? handles[slot] : null;
  }

  /**
   * Closes a handle's descriptor, which also ends its registration, and tells it in a later turn.
   * Events that were fetched already, or that come because a child process had inherited the
   * descriptor for a moment, are told apart by the generation.
   */
  void close(ReadinessHandle handle) {
    syscalls.close(handle.fd);
    handles[handle.slot] = null;
    generations[handle.slot]++;
    freeSlots[freeCount++] = handle.slot;
    closed.add(handle);
  }

  private void ensureCapacity(int slot) {
    if (slot == handles.length) {
      handles = Arrays.copyOf(handles, slot * 2);
      generations = Arrays.copyOf(generations, slot * 2);
      freeSlots = Arrays.copyOf(freeSlots, slot * 2);
    }
  }

  // ---- what streams share

  ReceiveBuffers receiveBuffers() {
    return receiveBuffers;
  }

  /**
   * Sends from the front of a queue, bounded, by one system call.
   *
   * @return the bytes taken, or -errno; {@link #bytesOffered} says how many were offered
   */
  int send(int fd, WriteQueue queue) {
    if (queue.count() == 1) {
      bytesOffered = queue.length(0);
      return syscalls.send(fd, queue.address(0), queue.length(0), SocketConstants.MSG_NOSIGNAL);
    }
    long header = scratch.address();
    long iovecs = header + MsgHdr.SIZE;
    int count = queue.gather(iovecs, IOVECS_MAX, SEND_BYTES_MAX);
    bytesOffered = 0;
    for (int i = 0; i < count; i++) {
      bytesOffered += queue.length(i);
    }
    MsgHdr.setIoVecs(header, iovecs, count);
    return syscalls.sendmsg(fd, header, SocketConstants.MSG_NOSIGNAL);
  }

  /** Of the last {@link #send}. */
  long bytesOffered() {
    return bytesOffered;
  }

  /** Looks whether a receive would return something: 1 if bytes wait, 0 at the end, or -errno. */
  int peek(int fd) {
    return syscalls.recv(fd, scratch.address(), 1, SocketConstants.MSG_PEEK);
  }

  /** Makes the coming close of a socket a reset: socket(7), SO_LINGER with a time of zero. */
  void armReset(int fd) {
    Linger.set(scratch.address(), true, 0);
    syscalls.setsockopt(
        fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_LINGER, scratch.address(), Linger.SIZE);
  }

  /** Takes the pending error of a socket, positive, or 0; or the errno of asking. */
  int takeError(int fd) {
    long value = scratch.address();
    long length = value + Integer.BYTES;
    Memory.putInt(length, Integer.BYTES);
    int result =
        syscalls.getsockopt(
            fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_ERROR, value, length);
    return result < 0 ? -result : Memory.getInt(value);
  }

  static boolean isWouldBlock(int result) {
    return result == -Errno.EAGAIN;
  }

  @Override
  public void close() {
    for (ReadinessHandle handle : handles) {
      if (handle != null) {
        syscalls.close(handle.fd); // only when the loop stops for a defect
      }
    }
    poller.close();
    receiveBuffers.close();
    scratch.close();
    syscalls.close();
  }
}
