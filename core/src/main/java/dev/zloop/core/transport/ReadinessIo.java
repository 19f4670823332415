package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.Progress;
import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The seam over a {@link Poller}: readiness that plays completion. Each descriptor is registered
 * once, edge-triggered, for all that it can tell; its handle remembers what it is ready for. What a
 * turn leaves over, because work is bounded, waits in the backlog, since no edge would announce it.
 */
public final class ReadinessIo implements SocketIo {
  private final Poller poller;
  private final SocketCalls calls;
  private final ReceiveBuffers receiveBuffers;

  /** Closed handles are out of it at once: what the kernel told of them before finds nothing. */
  private final HandleTable<ReadinessHandle> handles = new HandleTable<>();

  private final ArrayDeque<ReadinessHandle> backlog = new ArrayDeque<>();

  /** Closed handles, to be told so: never in the turn in which they were closed. */
  private final ArrayDeque<ReadinessHandle> closed = new ArrayDeque<>();

  private int eventCount;

  /** Of the loop, once there is one. */
  private Progress progress = new Progress();

  /** Counts the turns, modulo 2^32. */
  private int turn;

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
    this(poller, syscalls, new ReceiveBuffers(chunkBytes, chunksMax));
  }

  /** For tests, which bring buffers that run out. */
  ReadinessIo(Poller poller, Syscalls syscalls, ReceiveBuffers receiveBuffers) {
    this.poller = poller;
    this.receiveBuffers = receiveBuffers;
    try {
      calls = new SocketCalls(syscalls);
    } catch (Throwable error) {
      receiveBuffers.close();
      throw error;
    }
  }

  @Override
  public Syscalls syscalls() {
    return calls.syscalls;
  }

  SocketCalls calls() {
    return calls;
  }

  // ---- the turn

  @Override
  public void await(long timeoutNanos) {
    turn++;
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
      ReadinessHandle handle = closed.poll();
      progress.step(handle);
      handle.onClosed();
    }
    for (int left = backlogCount; left > 0; left--) {
      ReadinessHandle handle = backlog.poll();
      handle.inBacklog = false;
      if (handles.get(handle.token) == handle) {
        progress.step(handle);
        handle.onBacklog();
      }
    }
    for (int i = 0; i < eventCount; i++) {
      ReadinessHandle handle = handles.get(poller.token(i));
      if (handle != null) {
        int readiness = poller.readiness(i);
        progress.step(handle);
        handle.onReady(readiness, (readiness & Poller.ERROR) != 0 ? poller.error(i) : 0);
        served++;
      }
    }
    eventCount = 0;
    return served;
  }

  @Override
  public void tellProgress(Progress loops) {
    progress = loops;
  }

  @Override
  public boolean hasBacklog() {
    return !backlog.isEmpty() || !closed.isEmpty();
  }

  int turn() {
    return turn;
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
    register(stream, Poller.STREAM);
    return stream;
  }

  @Override
  public StreamIo connect(int fd, long address, int addressLength, StreamEvents events)
      throws NativeIoException {
    // Connected first and watched second: epoll reports an unconnected socket as hung up.
    int result = syscalls().connect(fd, address, addressLength);
    ReadinessStream stream = new ReadinessStream(this, fd, events);
    register(stream, Poller.STREAM);
    stream.awaitConnect(result);
    return stream;
  }

  @Override
  public ListenerIo openListener(int fd, ListenerEvents events) throws NativeIoException {
    ReadinessListener listener = new ReadinessListener(this, fd, events);
    register(listener, Poller.READABLE);
    return listener;
  }

  @Override
  public DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events)
      throws NativeIoException {
    ReadinessDatagrams datagrams = new ReadinessDatagrams(this, fd, settings, events);
    register(datagrams, ReadinessDatagrams.INTEREST);
    return datagrams;
  }

  /** Watches a handle for something else from now on: 0 or -errno. */
  int watch(ReadinessHandle handle, int interest) {
    return poller.modify(handle.fd, interest, handle.token);
  }

  private void register(ReadinessHandle handle, int interest) throws NativeIoException {
    int result = poller.register(handle.fd, interest, handles.nextToken());
    if (result < 0) {
      throw new NativeIoException("watching fd " + handle.fd, -result);
    }
    handle.token = handles.add(handle);
  }

  /**
   * Closes a handle's descriptor, which also ends its registration, and tells it in a later turn.
   * Events that were fetched already, or that come because a child process had inherited the
   * descriptor for a moment, are told apart by the token.
   */
  void close(ReadinessHandle handle) {
    poller.beforeClose(handle.fd);
    syscalls().close(handle.fd);
    handles.remove(handle.token);
    closed.add(handle);
  }

  // ---- what streams share

  ReceiveBuffers receiveBuffers() {
    return receiveBuffers;
  }

  @Override
  public List<String> describe() {
    return List.of(
        "descriptors: "
            + handles.size()
            + " watched, "
            + backlog.size()
            + " of them are to be served",
        receiveBuffers.describe());
  }

  @Override
  public void close() {
    // Only when the loop stops for a defect is there anything to close.
    handles.forEach(handle -> syscalls().close(handle.fd));
    poller.close();
    receiveBuffers.close();
    calls.close();
  }
}
