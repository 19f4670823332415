package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.uring.Completor;
import dev.zloop.simulation.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * io_uring(7) over a simulated kernel. What was queued is carried out when the loop enters, as far
 * as it can be; the rest is tried again when something about its socket changes. What a completion
 * carries, bytes or a descriptor, is taken when it is made, which may be a while before it comes
 * up.
 */
public final class SimulatedCompletor implements Completor, Kernel.Sleeper {

  /**
   * What the kernel's version can do, and how large the rings are.
   *
   * @param entries of the submission queue
   * @param completionEntries of the completion queue
   * @param bufferCount how many buffers it may be provided
   */
  public record Traits(
      boolean capsMultishot,
      boolean consumesIncrementally,
      int entries,
      int completionEntries,
      int bufferCount) {}

  private static final int DELAY_NANOS_MAX = 2_000_000;

  private final Kernel kernel;
  private final FaultyCalls calls;
  private final Traits traits;
  private final LentBuffers buffers;
  private final CompletionQueue completions;
  private final Attempts attempts;

  /** Queued and not given to the kernel yet, requests to cancel among them. */
  private final ArrayDeque<Operation> queued = new ArrayDeque<>();

  private final ArrayDeque<Operation> spare = new ArrayDeque<>();

  /** What has operations here and has changed, or has new ones. */
  private final ArrayDeque<Watched> changed = new ArrayDeque<>();

  private final List<Operation> inFlight = new ArrayList<>();

  /** The completion at hand. */
  private Completion current;

  private boolean closed;

  /** From any thread: users' tests may have some. */
  private volatile boolean woken;

  public SimulatedCompletor(Kernel kernel, Traits traits) {
    this.kernel = kernel;
    this.traits = traits;
    calls = new FaultyCalls(kernel);
    buffers = new LentBuffers(kernel, traits.bufferCount(), traits.consumesIncrementally());
    completions = new CompletionQueue(kernel, traits.completionEntries());
    attempts = new Attempts(kernel, calls, buffers, completions);
  }

  /** A socket with operations that are not over. */
  private final class Watched implements Socket.Observer, Agenda.Event {
    final List<Operation> operations = new ArrayList<>(4);
    boolean listed;

    @Override
    public void onWake(Socket socket, int bits) {
      list();
    }

    @Override
    public void happen(int what) {
      list();
    }

    void list() {
      if (!listed && !closed) {
        listed = true;
        changed.add(this);
      }
    }
  }

  @Override
  public boolean capsMultishot() {
    return traits.capsMultishot();
  }

  @Override
  public boolean consumesIncrementally() {
    return traits.consumesIncrementally();
  }

  // ---- queueing

  /** The operation to fill in, or null if the queue is full and the kernel takes nothing. */
  private Operation queue(Call kind, int fd, long userData) {
    requireOpen(kind);
    if (userData == RESERVED_USER_DATA) {
      throw kernel.violated(kind + " with the reserved user data");
    }
    Socket socket = fd < 0 ? null : kernel.socket(fd, kind);
    SocketState state = socket == null ? SocketState.NO_SOCKET : socket.state();
    if (kernel.strikes(Fault.SUBMISSION_FULL, kind, state)) {
      return null;
    }
    if (queued.size() == traits.entries()) {
      submit();
    }
    Operation operation = spare.isEmpty() ? new Operation() : spare.poll();
    operation.reset(kind, socket, userData);
    if (socket != null && kind != Call.CANCEL) {
      socket.operationsInFlight++;
      inFlight.add(operation);
    }
    queued.add(operation);
    return operation;
  }

  private void requireOpen(Call call) {
    if (closed) {
      throw kernel.violated(call + " after the completor was closed");
    }
  }

  @Override
  public boolean acceptMultishot(int fd, int flags, long userData) {
    Operation operation = queue(Call.ACCEPT_OPERATION, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.multishot = true;
    return true;
  }

  @Override
  public boolean connect(int fd, long address, int addressLength, long userData) {
    Operation operation = queue(Call.CONNECT_OPERATION, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.address = address;
    operation.length = addressLength;
    return true;
  }

  @Override
  public boolean recv(int fd, int flags, int lengthMax, long userData) {
    Operation operation = queue(Call.RECV_OPERATION, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.flags = flags;
    operation.length = lengthMax;
    return true;
  }

  @Override
  public boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData) {
    Operation operation = queue(Call.RECV_MULTISHOT, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.flags = flags;
    operation.length = traits.capsMultishot() ? lengthMax : Integer.MAX_VALUE;
    operation.totalLeft = traits.capsMultishot() ? totalMax : -1;
    operation.multishot = true;
    return true;
  }

  @Override
  public boolean send(int fd, long buffer, int length, int flags, long userData) {
    requireNoSignal(flags);
    Operation operation = queue(Call.SEND_OPERATION, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.address = buffer;
    operation.length = length;
    operation.flags = flags;
    return true;
  }

  @Override
  public boolean sendmsg(int fd, long msghdr, int flags, long userData) {
    requireNoSignal(flags);
    Operation operation = queue(Call.SENDMSG_OPERATION, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.address = msghdr;
    operation.flags = flags;
    return true;
  }

  private void requireNoSignal(int flags) {
    if ((flags & SocketConstants.MSG_NOSIGNAL) == 0) {
      throw kernel.violated("sends without MSG_NOSIGNAL: a signal would end the process");
    }
  }

  @Override
  public boolean pollMultishot(int fd, int events, long userData) {
    return poll(Call.POLL_MULTISHOT, fd, events, userData);
  }

  @Override
  public boolean poll(int fd, int events, long userData) {
    return poll(Call.POLL_OPERATION, fd, events, userData);
  }

  private boolean poll(Call kind, int fd, int events, long userData) {
    Operation operation = queue(kind, fd, userData);
    if (operation == null) {
      return false;
    }
    operation.events = events | Poll.ERR | Poll.HUP;
    operation.multishot = kind == Call.POLL_MULTISHOT;
    return true;
  }

  @Override
  public boolean cancel(long userData) {
    return queue(Call.CANCEL, -1, userData) != null;
  }

  @Override
  public boolean cancelAll(int fd) {
    return queue(Call.CANCEL, fd, 0) != null;
  }

  @Override
  public void provide(int bufferId, long address, int length) {
    requireOpen(Call.RECV_OPERATION);
    buffers.provide(bufferId, address, length);
  }

  // ---- the turn

  @Override
  public int enter(long timeoutNanos) {
    requireOpen(Call.ENTER);
    kernel.beginTurn();
    buffers.publish();
    if (kernel.strikes(Fault.COMPLETION_OVERFLOW, Call.ENTER)) {
      completions.limit(1 + kernel.dice.below(3));
    }
    submit();
    if (timeoutNanos != 0 && !endsEarly()) {
      kernel.sleep(this, timeoutNanos, Call.ENTER);
    } else {
      kernel.happen();
      progress();
    }
    woken = false;
    completions.flush();
    completions.unlimit();
    return 0;
  }

  private boolean endsEarly() {
    return kernel.strikes(Fault.INTERRUPTED, Call.ENTER)
        || kernel.strikes(Fault.SPURIOUS_WAKEUP, Call.ENTER);
  }

  @Override
  public boolean isReady() {
    progress();
    return woken || completions.hasArrived() || completions.hasVisible();
  }

  private void submit() {
    while (!queued.isEmpty()) {
      Operation operation = queued.poll();
      if (operation.kind == Call.CANCEL) {
        cancel(operation);
        spare.push(operation);
      } else {
        start(operation);
      }
    }
  }

  private void start(Operation operation) {
    Socket socket = operation.socket;
    operation.submitted = true;
    if (socket.isClosed()) {
      throw kernel.violated(operation.kind + " on a descriptor that was closed meanwhile");
    }
    if (operation.isSend()) {
      operation.importBytes();
    }
    operation.siblings = watch(socket).operations;
    operation.siblings.add(operation);
    watch(socket).list();
    if (operation.kind == Call.CONNECT_OPERATION) {
      var address = SocketAddresses.decode(operation.address, operation.length);
      int result = calls.connect(socket, address, operation.kind);
      if (result != -Errno.EINPROGRESS) {
        attempts.complete(operation, result);
      }
    }
  }

  private Watched watch(Socket socket) {
    if (socket.observer() instanceof Watched watched) {
      return watched;
    }
    Watched watched = new Watched();
    socket.observe(watched);
    return watched;
  }

  /** Carries out what can be, of all whose sockets have changed. */
  private void progress() {
    for (int left = changed.size(); left > 0; left--) {
      if (left > 1 && kernel.strikes(Fault.REORDERED_COMPLETION, Call.ENTER)) {
        changed.add(changed.poll());
        continue;
      }
      Watched watched = changed.poll();
      watched.listed = false;
      // Backwards: an operation that is over leaves the list.
      for (int i = watched.operations.size() - 1; i >= 0; i--) {
        attempt(watched, watched.operations.get(i));
      }
    }
  }

  private void attempt(Watched watched, Operation operation) {
    if (kernel.strikes(Fault.LATE_COMPLETION, operation.kind, operation.socket.state())) {
      kernel.later(1 + kernel.dice.below(DELAY_NANOS_MAX), watched, 0);
      return;
    }
    attempts.attempt(operation);
  }

  // ---- cancelling

  private void cancel(Operation request) {
    Socket socket = request.socket;
    if (socket != null) {
      if (socket.observer() instanceof Watched watched) {
        for (int i = watched.operations.size() - 1; i >= 0; i--) {
          cancel(watched, watched.operations.get(i));
        }
      }
      return;
    }
    for (int i = inFlight.size() - 1; i >= 0; i--) {
      Operation operation = inFlight.get(i);
      if (operation.userData == request.userData
          && operation.submitted
          && !operation.over
          && operation.socket.observer() instanceof Watched watched) {
        cancel(watched, operation);
      }
    }
  }

  /** What could be carried out at this moment may be, before the request to cancel is heard. */
  private void cancel(Watched watched, Operation operation) {
    if (kernel.dice.onceIn(2)) {
      attempt(watched, operation);
    }
    if (!operation.over) {
      attempts.complete(operation, -Errno.ECANCELED);
    }
  }

  // ---- completions

  @Override
  public boolean hasCompletions() {
    return completions.hasVisible();
  }

  @Override
  public boolean next() {
    requireOpen(Call.ENTER);
    if (current != null) {
      completions.giveBack(current);
    }
    current = completions.next();
    if (current == null) {
      return false;
    }
    if (!current.hasMore) {
      end(current.operation);
    }
    return true;
  }

  /** The loop knows that an operation is over: its descriptor and its memory are its own again. */
  private void end(Operation operation) {
    if (operation.isSend() && !operation.isIntact()) {
      throw kernel.violated("bytes changed while they were being sent: " + operation);
    }
    operation.socket.operationsInFlight--;
    inFlight.remove(operation);
    spare.push(operation);
  }

  @Override
  public long userData() {
    return current.userData;
  }

  @Override
  public int result() {
    return current.result;
  }

  @Override
  public boolean hasMore() {
    return current.hasMore;
  }

  @Override
  public int bufferId() {
    return current.bufferId;
  }

  @Override
  public boolean bufferHasMore() {
    return current.bufferHasMore;
  }

  @Override
  public void wakeup() {
    woken = true;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    queued.clear();
    changed.clear();
    for (Operation operation : inFlight) {
      operation.socket.operationsInFlight--;
      operation.socket.observe(null);
    }
    inFlight.clear();
  }
}
