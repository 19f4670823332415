package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.AbstractUnixAddress;
import dev.zloop.nativereactor.sys.Errno;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;

/** The exceptions of the edge: what failed, on which address, and what to try. */
final class Failures {
  private Failures() {}

  static NativeIoException ofSocket(SocketAddress address, int errno) {
    return new NativeIoException("socket for " + text(address), errno, adviceOnSocket(errno));
  }

  private static String adviceOnSocket(int errno) {
    if (errno == Errno.EMFILE) {
      return "raise this process's limit of open files (ulimit -n)";
    }
    if (errno == Errno.EAFNOSUPPORT) {
      return "this system has that kind of address switched off";
    }
    return "";
  }

  /** Of bind(2) or listen(2). */
  static NativeIoException ofBind(String call, SocketAddress address, int errno) {
    String advice =
        switch (address) {
          case UnixDomainSocketAddress path -> adviceOnBindingPath(errno);
          case AbstractUnixAddress name -> adviceOnBindingName(errno);
          default -> adviceOnBindingPort(errno);
        };
    return new NativeIoException(operation(call, address), errno, advice);
  }

  private static String adviceOnBindingPort(int errno) {
    if (errno == Errno.EADDRINUSE) {
      return "another socket has this port (ss -ltnp tells whose): choose another, or 0 for any";
    }
    if (errno == Errno.EACCES) {
      return "ports below 1024 are for privileged processes: choose a higher one";
    }
    if (errno == Errno.EADDRNOTAVAIL) {
      return "this machine does not have this address; 0.0.0.0 and :: stand for all that it has";
    }
    return "";
  }

  private static String adviceOnBindingName(int errno) {
    return errno == Errno.EADDRINUSE
        ? "another socket has this name (ss -lxp tells whose): choose another"
        : "";
  }

  private static String adviceOnBindingPath(int errno) {
    if (errno == Errno.EADDRINUSE) {
      return "the path exists: remove the file if no server is running on it (one that was killed"
          + " leaves it), or choose another";
    }
    if (errno == Errno.EACCES) {
      return "this process may not create a file there";
    }
    if (errno == Errno.ENOENT) {
      return "the directory does not exist";
    }
    return "";
  }

  static NativeIoException ofLongPath(
      String call, SocketAddress address, IllegalArgumentException cause) {
    var failure =
        new NativeIoException(operation(call, address), Errno.ENAMETOOLONG, cause.getMessage());
    failure.initCause(cause);
    return failure;
  }

  static NativeIoException ofAccept(SocketAddress listener, int errno) {
    return new NativeIoException(operation("accept", listener), errno, adviceOnSocket(errno));
  }

  static NativeIoException ofConnect(SocketAddress address, int errno) {
    return new NativeIoException(
        operation("connect", address), errno, adviceOnConnect(address, errno));
  }

  private static String adviceOnConnect(SocketAddress address, int errno) {
    if (errno == Errno.ECONNREFUSED && address instanceof UnixDomainSocketAddress) {
      return "no server listens there any more: one that was killed leaves its file";
    }
    if (errno == Errno.ECONNREFUSED && address instanceof AbstractUnixAddress) {
      return "no server has bound this name";
    }
    if (errno == Errno.ENOENT) {
      return "no server has bound this path";
    }
    if (errno == Errno.EADDRNOTAVAIL) {
      return "no local port is free, or the local address is not this machine's";
    }
    return "";
  }

  static NativeIoException ofConnectToItself(SocketAddress address) {
    return new NativeIoException(
        operation("connect", address),
        Errno.ECONNREFUSED,
        "nothing listens there: the socket had been given that very port and met itself");
  }

  static NativeIoException ofTimeout(SocketAddress address, Duration timeout) {
    return new NativeIoException(
        operation("connect", address) + " within " + text(timeout), Errno.ETIMEDOUT);
  }

  static IOException ofClosedLoop(String what, SocketAddress address, EventLoop loop) {
    return new IOException(operation(what, address) + ": loop " + loop.name() + " was closed");
  }

  static IOException ofStoppedLoop(
      String what, SocketAddress address, EventLoop loop, Throwable defect) {
    String why = ": loop " + loop.name() + " stopped because of a defect";
    return new IOException(operation(what, address) + why, defect);
  }

  static String operation(String call, SocketAddress address) {
    return call + "(" + text(address) + ")";
  }

  /** As {@code 127.0.0.1:80}, {@code [0:0:0:0:0:0:0:1]:80}, {@code name/127.0.0.1:80}, a path. */
  static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      if (inet.isUnresolved()) {
        return inet.getHostString() + ":" + inet.getPort();
      }
      String text = inet.toString();
      return text.startsWith("/") ? text.substring(1) : text;
    }
    return address.toString();
  }

  /** As {@code 30 s}, {@code 250 ms}. */
  static String text(Duration duration) {
    return duration.getNano() == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
  }
}
