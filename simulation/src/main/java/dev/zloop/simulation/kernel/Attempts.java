package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.simulation.Fault;

/** Operations of a completor as they are carried out: as far as they can be now. */
final class Attempts {
  private static final int NO_BUFFER = -1;
  private static final int DELAY_NANOS_MAX = 2_000_000;

  private final Kernel kernel;
  private final FaultyCalls calls;
  private final LentBuffers buffers;
  private final CompletionQueue completions;

  Attempts(Kernel kernel, FaultyCalls calls, LentBuffers buffers, CompletionQueue completions) {
    this.kernel = kernel;
    this.calls = calls;
    this.buffers = buffers;
    this.completions = completions;
  }

  /** Does what can be done now; the rest waits for the socket to change. */
  void attempt(Operation operation) {
    switch (operation.kind) {
      case ACCEPT_OPERATION -> attemptAccept(operation);
      case CONNECT_OPERATION -> attemptConnect(operation);
      case RECV_OPERATION, RECV_MULTISHOT -> attemptReceive(operation);
      case SEND_OPERATION, SENDMSG_OPERATION -> attemptSend(operation);
      case POLL_OPERATION, POLL_MULTISHOT -> attemptPoll(operation);
      default -> throw new AssertionError(operation.kind);
    }
  }

  private void attemptAccept(Operation operation) {
    while (!operation.over) {
      int result = calls.accept(operation.socket, operation.kind);
      if (result == -Errno.EAGAIN) {
        return;
      }
      if (result < 0) {
        complete(operation, result);
      } else {
        completeAndGoOn(operation, result, NO_BUFFER, false);
      }
    }
  }

  private void attemptConnect(Operation operation) {
    Socket socket = operation.socket;
    if (socket.isConnected()) {
      complete(operation, 0);
    } else if (socket.isBroken()) {
      complete(operation, -socket.takeError());
    }
  }

  private void attemptReceive(Operation operation) {
    Socket socket = operation.socket;
    while (!operation.over) {
      int errno = calls.disturbReceive(socket, operation.kind);
      if (errno == Errno.EAGAIN && !doesNotWait(operation)) {
        return;
      }
      if (errno != 0) {
        complete(operation, -errno);
      } else if (socket.available() == 0) {
        int result = socket.receiveNothing();
        if (result == -Errno.EAGAIN && !doesNotWait(operation)) {
          return;
        }
        complete(operation, result);
      } else {
        receive(operation);
      }
    }
  }

  private static boolean doesNotWait(Operation operation) {
    return (operation.flags & SocketConstants.MSG_DONTWAIT) != 0;
  }

  private void receive(Operation operation) {
    Socket socket = operation.socket;
    if (buffers.isEmpty()) {
      kernel.count(Fault.BUFFERS_EXHAUSTED, operation.kind, socket.state());
      complete(operation, -Errno.ENOBUFS);
      return;
    }
    if (kernel.strikes(Fault.BUFFERS_EXHAUSTED, operation.kind, socket.state())) {
      complete(operation, -Errno.ENOBUFS);
      return;
    }
    int id = buffers.first();
    int bytes = Math.min(socket.available(), Math.min(operation.length, buffers.room(id)));
    bytes = Math.min(bytes, calls.shortened(socket, bytes, operation.kind));
    boolean bufferHasMore = buffers.receive(socket, bytes);
    if (operation.totalLeft >= 0) {
      operation.totalLeft = Math.max(0, operation.totalLeft - bytes);
    }
    if (operation.multishot && operation.totalLeft != 0) {
      completeAndGoOn(operation, bytes, id, bufferHasMore);
    } else {
      complete(operation, bytes, false, id, bufferHasMore);
    }
  }

  private void attemptSend(Operation operation) {
    int result = calls.sendable(operation.socket, operation.length, operation.kind);
    if (result == -Errno.EAGAIN && !doesNotWait(operation)) {
      return;
    }
    operation.send(result);
    complete(operation, result);
  }

  private void attemptPoll(Operation operation) {
    int bits = operation.socket.readiness() & operation.events;
    if (bits == 0) {
      return;
    }
    boolean mayEnd = (bits & (Poll.ERR | Poll.HUP)) != 0;
    if (!operation.multishot || mayEnd && kernel.dice.onceIn(2)) {
      complete(operation, bits);
    } else {
      completeAndGoOn(operation, bits, NO_BUFFER, false);
    }
  }

  /** An operation is over. */
  void complete(Operation operation, int result) {
    complete(operation, result, false, NO_BUFFER, false);
  }

  /** A multishot operation completes, and goes on unless something ends it. */
  private void completeAndGoOn(
      Operation operation, int result, int bufferId, boolean bufferHasMore) {
    SocketState state = operation.socket.state();
    boolean overflows = completions.isFull();
    if (overflows) {
      kernel.count(Fault.COMPLETION_OVERFLOW, operation.kind, state);
    }
    boolean ends = overflows || kernel.strikes(Fault.MULTISHOT_ENDS, operation.kind, state);
    complete(operation, result, !ends, bufferId, bufferHasMore);
  }

  private void complete(
      Operation operation, int result, boolean hasMore, int bufferId, boolean bufferHasMore) {
    if (!hasMore) {
      operation.over = true;
      operation.siblings.remove(operation);
    }
    boolean late = kernel.strikes(Fault.LATE_COMPLETION, operation.kind, operation.socket.state());
    long delay = late ? 1 + kernel.dice.below(DELAY_NANOS_MAX) : 0;
    completions.make(operation, result, hasMore, bufferId, bufferHasMore, delay);
  }
}
