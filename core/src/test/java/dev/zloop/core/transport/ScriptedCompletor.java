package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.uring.Completor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A completor whose operations end when and as the test says. Where nothing is said, they go on,
 * and end when they are cancelled.
 */
class ScriptedCompletor implements Completor {

  /** An operation that is not over. */
  record Operation(String name, int fd, long userData, int flags, int lengthMax, List<Piece> sent) {
    @Override
    public String toString() {
      return name + "(" + fd + ")";
    }
  }

  /** Bytes that are to be sent. */
  record Piece(long address, int length) {}

  private record Completion(
      long userData, int result, boolean more, int bufferId, boolean bufferMore) {}

  private static final class Buffer {
    final int id;
    final long address;
    final int length;
    int used;

    Buffer(int id, long address, int length) {
      this.id = id;
      this.address = address;
      this.length = length;
    }
  }

  boolean caps = true;
  boolean incremental = true;

  /** How many more operations can be queued before the next enter; that many each turn. */
  int room = Integer.MAX_VALUE;

  private int queued;

  /** Whether what is cancelled ends by itself, with ECANCELED, in the next enter. */
  boolean endsWhatIsCancelled = true;

  /** What enter returns. */
  int enterResult;

  /** Not over, in the order in which they were queued. */
  final List<Operation> operations = new ArrayList<>();

  /** The names of all that were ever queued, cancels among them. */
  final List<String> history = new ArrayList<>();

  final List<Long> timeouts = new ArrayList<>();
  private final List<Long> cancelled = new ArrayList<>();
  private final ArrayDeque<Buffer> provided = new ArrayDeque<>();
  private final ArrayDeque<Completion> completions = new ArrayDeque<>();
  private final Map<Integer, Long> received = new HashMap<>();
  private final Map<Integer, Long> sent = new HashMap<>();
  private Completion current;
  Runnable onClose = () -> {};
  boolean closed;

  // ---- for the test

  /** The one operation of this kind on a descriptor. */
  Operation only(String name, int fd) {
    List<Operation> found =
        operations.stream().filter(each -> each.name.equals(name) && each.fd == fd).toList();
    if (found.size() != 1) {
      throw new AssertionError(name + "(" + fd + ") is there " + found.size() + " times");
    }
    return found.getFirst();
  }

  List<String> inFlight() {
    return operations.stream().map(Operation::toString).toList();
  }

  int providedBuffers() {
    return provided.size();
  }

  /** A completion that is the last, or not. */
  void complete(Operation operation, int result, boolean more) {
    if (!more) {
      end(operation);
    }
    completions.add(new Completion(operation.userData, result, more, -1, false));
  }

  /** The last completion. */
  void complete(Operation operation, int result) {
    complete(operation, result, false);
  }

  /** A completion of an operation that nobody knows. */
  void completeStray(long userData, int result) {
    completions.add(new Completion(userData, result, false, -1, false));
  }

  private void end(Operation operation) {
    if (!operations.remove(operation)) {
      throw new AssertionError(operation + " is over");
    }
    cancelled.remove(operation.userData);
  }

  /** Receives the next bytes of the pattern into the first buffer that was provided. */
  void receive(Operation operation, int length, boolean more) {
    if (!more) {
      end(operation);
    }
    Buffer buffer = provided.peek();
    long position = received.merge(operation.fd, (long) length, Long::sum) - length;
    Pattern.fill(buffer.address + buffer.used, position, length);
    buffer.used += length;
    boolean remains = incremental && buffer.used < buffer.length;
    if (!remains) {
      provided.remove();
    }
    completions.add(new Completion(operation.userData, length, more, buffer.id, remains));
  }

  /** As {@link #receive}, as much as fits until the buffer is filled. */
  int receiveToEnd(Operation operation) {
    Buffer buffer = provided.peek();
    int length = Math.min(operation.lengthMax, buffer.length - buffer.used);
    receive(operation, length, true);
    return length;
  }

  /** Takes so many bytes of a send, which are to be the next of the pattern. */
  void take(Operation send, int length) {
    int left = length;
    for (Piece piece : send.sent) {
      for (int i = 0; i < piece.length && left > 0; i++, left--) {
        long position = sent.merge(send.fd, 1L, Long::sum) - 1;
        if (Memory.getByte(piece.address + i) != Pattern.at(position)) {
          throw new AssertionError("another byte than expected at " + position);
        }
      }
    }
    complete(send, length - left);
  }

  static int bytesOf(Operation send) {
    return send.sent.stream().mapToInt(Piece::length).sum();
  }

  // ---- operations

  private boolean queue(Operation operation) {
    if (!takes(operation.toString())) {
      return false;
    }
    if (operations.stream().anyMatch(each -> each.userData == operation.userData)) {
      throw new AssertionError(operation + " has the user data of another");
    }
    operations.add(operation);
    return true;
  }

  private boolean takes(String what) {
    if (queued == room) {
      return false;
    }
    queued++;
    history.add(what);
    return true;
  }

  private boolean queue(String name, int fd, int flags, int lengthMax, long userData) {
    return queue(new Operation(name, fd, userData, flags, lengthMax, List.of()));
  }

  @Override
  public boolean capsMultishot() {
    return caps;
  }

  @Override
  public boolean consumesIncrementally() {
    return incremental;
  }

  @Override
  public boolean acceptMultishot(int fd, int flags, long userData) {
    return queue("accept", fd, flags, 0, userData);
  }

  @Override
  public boolean connect(int fd, long address, int addressLength, long userData) {
    return queue("connect", fd, 0, addressLength, userData);
  }

  @Override
  public boolean recv(int fd, int flags, int lengthMax, long userData) {
    return queue("recv once", fd, flags, lengthMax, userData);
  }

  @Override
  public boolean recvMultishot(int fd, int flags, int lengthMax, int totalMax, long userData) {
    return queue("recv", fd, flags, lengthMax, userData);
  }

  @Override
  public boolean send(int fd, long buffer, int length, int flags, long userData) {
    return queue(new Operation("send", fd, userData, flags, 0, List.of(new Piece(buffer, length))));
  }

  @Override
  public boolean sendmsg(int fd, long msghdr, int flags, long userData) {
    List<Piece> pieces = new ArrayList<>();
    long iovecs = MsgHdr.ioVecs(msghdr);
    for (int i = 0; i < MsgHdr.ioVecCount(msghdr); i++) {
      pieces.add(new Piece(IoVec.base(iovecs, i), (int) IoVec.length(iovecs, i)));
    }
    return queue(new Operation("sendmsg", fd, userData, flags, 0, pieces));
  }

  @Override
  public boolean pollMultishot(int fd, int events, long userData) {
    return queue("poll", fd, events, 0, userData);
  }

  @Override
  public boolean poll(int fd, int events, long userData) {
    return queue("poll once", fd, events, 0, userData);
  }

  @Override
  public boolean cancel(long userData) {
    if (!takes("cancel")) {
      return false;
    }
    cancelled.add(userData);
    return true;
  }

  @Override
  public boolean cancelAll(int fd) {
    if (!takes("cancelAll(" + fd + ")")) {
      return false;
    }
    operations.stream().filter(each -> each.fd == fd).forEach(each -> cancelled.add(each.userData));
    return true;
  }

  @Override
  public void provide(int bufferId, long address, int length) {
    if (provided.stream().anyMatch(each -> each.id == bufferId)) {
      throw new AssertionError("buffer " + bufferId + " was provided twice");
    }
    provided.add(new Buffer(bufferId, address, length));
  }

  // ---- the turn

  @Override
  public int enter(long timeoutNanos) {
    timeouts.add(timeoutNanos);
    queued = 0;
    if (endsWhatIsCancelled) {
      endCancelled();
    }
    return enterResult;
  }

  /** Ends what was cancelled, with ECANCELED. */
  void endCancelled() {
    for (Operation operation : List.copyOf(operations)) {
      if (cancelled.contains(operation.userData)) {
        complete(operation, -Errno.ECANCELED);
      }
    }
  }

  @Override
  public boolean hasCompletions() {
    return !completions.isEmpty();
  }

  @Override
  public boolean next() {
    current = completions.poll();
    return current != null;
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
    return current.more;
  }

  @Override
  public int bufferId() {
    return current.bufferId;
  }

  @Override
  public boolean bufferHasMore() {
    return current.bufferMore;
  }

  @Override
  public void wakeup() {}

  @Override
  public void close() {
    onClose.run();
    closed = true;
    operations.clear();
  }
}
