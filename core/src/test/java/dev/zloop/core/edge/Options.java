package dev.zloop.core.edge;

import dev.zloop.core.transport.SocketIo;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketConstants;

/** What the kernel says that a socket's options are. */
final class Options {
  private Options() {}

  static int get(RunningLoop loop, int fd, int level, int option) throws Exception {
    return get(loop, fd, level, option, 0);
  }

  static int noDelay(RunningLoop loop, int fd) throws Exception {
    return get(loop, fd, SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY);
  }

  /** The int at an offset of a value that has several. */
  static int get(RunningLoop loop, int fd, int level, int option, int offset) throws Exception {
    return loop.call(() -> {
      long value = Scratch.value();
      int result =
          SocketIo.of(loop.loop)
              .syscalls()
              .getsockopt(fd, level, option, value, Scratch.lengthOfRoom());
      if (result < 0) {
        throw new AssertionError("getsockopt: " + result);
      }
      return Memory.getInt(value + offset);
    });
  }
}
