package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.Fault;
import java.net.SocketAddress;

/** Calls as the kernel carries them out when something goes wrong: for every way to make them. */
final class FaultyCalls {
  private final Kernel kernel;

  FaultyCalls(Kernel kernel) {
    this.kernel = kernel;
  }

  /** What the kernel lacks to make a descriptor: a positive errno, or 0. */
  int shortageOfDescriptors(Call call, SocketState state) {
    if (!kernel.hasDescriptor()) {
      kernel.count(Fault.OUT_OF_DESCRIPTORS, call, state);
      return Errno.EMFILE;
    }
    if (kernel.strikes(Fault.OUT_OF_DESCRIPTORS, call, state)) {
      return Errno.EMFILE;
    }
    if (kernel.strikes(Fault.OUT_OF_FILES, call, state)) {
      return Errno.ENFILE;
    }
    return shortageOfMemory(call, state);
  }

  private int shortageOfMemory(Call call, SocketState state) {
    if (kernel.strikes(Fault.NO_BUFFERS, call, state)) {
      return Errno.ENOBUFS;
    }
    return kernel.strikes(Fault.NO_MEMORY, call, state) ? Errno.ENOMEM : 0;
  }

  /** accept4(2). As Linux, which reserves the descriptor before it looks for a connection. */
  int accept(Socket listener, Call call) {
    SocketState state = listener.state();
    int shortage = shortageOfDescriptors(call, state);
    if (shortage != 0) {
      return -shortage;
    }
    if (!listener.hasBacklog()) {
      return -Errno.EAGAIN;
    }
    if (kernel.strikes(Fault.WOULD_BLOCK, call, state)) {
      listener.wakeLater();
      return -Errno.EAGAIN;
    }
    if (kernel.strikes(Fault.ABORTED, call, state)) {
      Socket lost = listener.accept();
      lost.markDisturbed();
      lost.abort();
      return -Errno.ECONNABORTED;
    }
    return kernel.install(listener.accept(), call);
  }

  /** connect(2). */
  int connect(Socket socket, SocketAddress address, Call call) {
    SocketState state = socket.state();
    if (kernel.strikes(Fault.UNREACHABLE, call, state)) {
      return -Errno.ENETUNREACH;
    }
    int shortage = shortageOfMemory(call, state);
    if (shortage != 0) {
      return -shortage;
    }
    if (socket.isUnix()) {
      return kernel.strikes(Fault.REFUSED, call, state)
          ? -Errno.ECONNREFUSED
          : socket.connect(address);
    }
    int result = socket.connect(address);
    if (result == -Errno.EINPROGRESS) {
      if (kernel.strikes(Fault.REFUSED, call, state)) {
        socket.refuse();
      } else if (kernel.strikes(Fault.TIMED_OUT, call, state)) {
        socket.giveUp();
      }
      kernel.strikes(Fault.INTERRUPTED, call, state); // which goes on: it only is not waited for
    }
    return result;
  }

  /** Breaks the connection before a call on it. */
  void disturb(Socket socket, Call call) {
    if (!socket.isConnected()) {
      return;
    }
    SocketState state = socket.state();
    if (kernel.strikes(Fault.RESET, call, state)) {
      socket.sever(Errno.ECONNRESET);
    } else if (kernel.strikes(Fault.TIMED_OUT, call, state)) {
      socket.sever(Errno.ETIMEDOUT);
    }
  }

  /** What a receive fails with although it need not: a positive errno, or 0. */
  int disturbReceive(Socket socket, Call call) {
    disturb(socket, call);
    if (!socket.isConnected()) {
      return 0;
    }
    SocketState state = socket.state();
    int shortage = shortageOfMemory(call, state);
    if (shortage != 0) {
      socket.markDisturbed();
      return shortage;
    }
    // Only before the end has arrived: from then on all is there, and nothing is yet to come.
    if (socket.available() > 0
        && !socket.isInputShut()
        && kernel.strikes(Fault.WOULD_BLOCK, call, state)) {
      socket.wakeLater();
      return Errno.EAGAIN;
    }
    return 0;
  }

  /** For how many bytes a receive has room, and takes them. */
  int shortened(Socket socket, int length, Call call) {
    int bytes = Math.min(length, socket.available());
    if (bytes < 2
        || socket.isInputShut()
        || !kernel.strikes(Fault.SHORT_READ, call, socket.state())) {
      return length;
    }
    socket.wakeLater();
    return kernel.dice.between(1, bytes - 1);
  }

  /** How many bytes a send takes, of 1 or more that are offered, or -errno. */
  int sendable(Socket socket, int length, Call call) {
    disturb(socket, call);
    if (socket.isConnected()) {
      SocketState state = socket.state();
      if (kernel.strikes(Fault.BROKEN_PIPE, call, state)) {
        socket.sever(Errno.EPIPE);
      }
      int shortage = shortageOfMemory(call, state);
      if (shortage != 0) {
        socket.markDisturbed();
        return -shortage;
      }
    }
    int space = socket.sendable();
    if (space < 0) {
      return space;
    }
    SocketState state = socket.state();
    if (kernel.strikes(Fault.WOULD_BLOCK, call, state)) {
      socket.wantSpace();
      socket.wakeLater();
      return -Errno.EAGAIN;
    }
    int bytes = Math.min(space, length);
    if (bytes > 1 && kernel.strikes(Fault.SHORT_WRITE, call, state)) {
      bytes = kernel.dice.between(1, bytes - 1);
      socket.wakeLater();
    }
    if (bytes < length) {
      socket.wantSpace();
    }
    return bytes;
  }
}
