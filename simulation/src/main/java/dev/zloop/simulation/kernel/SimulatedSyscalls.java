package dev.zloop.simulation.kernel;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_TCP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_V6ONLY;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_PEEK;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_STREAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_ACCEPTCONN;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_DOMAIN;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_ERROR;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_LINGER;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_RCVBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEPORT;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_SNDBUF;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.FileSyscalls;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Syscalls;
import dev.zloop.simulation.Fault;
import java.net.SocketAddress;

/** The system calls of one loop on a simulated kernel. */
public final class SimulatedSyscalls implements Syscalls {
  private static final int SOCK_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;

  private final Kernel kernel;
  private final FaultyCalls calls;
  private final FileSyscalls files = FileSyscalls.open();
  private boolean closed;

  public SimulatedSyscalls(Kernel kernel) {
    this.kernel = kernel;
    calls = new FaultyCalls(kernel);
  }

  private Socket socket(int fd, Call call) {
    requireOpen(call);
    return kernel.socket(fd, call);
  }

  private void requireOpen(Call call) {
    if (closed) {
      throw kernel.violated(call + " after the system calls were closed");
    }
  }

  // ---- beginnings

  @Override
  public int socket(int domain, int type, int protocol) {
    requireOpen(Call.SOCKET);
    if ((type & SOCK_FLAGS) != SOCK_FLAGS) {
      throw kernel.violated("a socket that blocks, or that a child inherits");
    }
    if ((type & ~SOCK_FLAGS) != SOCK_STREAM) {
      return -Errno.EPROTONOSUPPORT;
    }
    if (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX) {
      return -Errno.EAFNOSUPPORT;
    }
    int shortage = calls.shortageOfDescriptors(Call.SOCKET, SocketState.NO_SOCKET);
    if (shortage != 0) {
      return -shortage;
    }
    Socket socket = new Socket(kernel, domain == AF_UNIX);
    socket.settings.set(SOL_SOCKET, SO_DOMAIN, domain);
    return kernel.install(socket, Call.SOCKET);
  }

  @Override
  public int bind(int fd, long address, int addressLength) {
    Socket socket = socket(fd, Call.BIND);
    if (kernel.strikes(Fault.NO_MEMORY, Call.BIND, socket.state())) {
      return -Errno.ENOMEM;
    }
    return socket.bind(SocketAddresses.decode(address, addressLength));
  }

  @Override
  public int listen(int fd, int backlog) {
    return socket(fd, Call.LISTEN).listen(backlog);
  }

  @Override
  public int accept4(int fd, int flags) {
    Socket listener = socket(fd, Call.ACCEPT);
    if ((flags & SOCK_FLAGS) != SOCK_FLAGS) {
      throw kernel.violated("accepts a socket that blocks, or that a child inherits");
    }
    if (!listener.isListening()) {
      return -Errno.EINVAL;
    }
    return calls.accept(listener, Call.ACCEPT);
  }

  @Override
  public int connect(int fd, long address, int addressLength) {
    Socket socket = socket(fd, Call.CONNECT);
    return calls.connect(socket, SocketAddresses.decode(address, addressLength), Call.CONNECT);
  }

  // ---- names and options

  @Override
  public int getsockname(int fd, long address, long addressLength) {
    Socket socket = socket(fd, Call.GETSOCKNAME);
    SocketAddress local = socket.local();
    return local == null ? -Errno.ENOBUFS : name(socket, local, address, addressLength);
  }

  @Override
  public int getpeername(int fd, long address, long addressLength) {
    Socket socket = socket(fd, Call.GETPEERNAME);
    if (!socket.hasPeer()) {
      return -Errno.ENOTCONN;
    }
    return name(socket, socket.remote(), address, addressLength);
  }

  private int name(Socket socket, SocketAddress name, long address, long addressLength) {
    int family = socket.isUnix() ? AF_UNIX : SocketAddresses.familyOf(name);
    Memory.putInt(addressLength, SocketAddresses.encode(name, family, address));
    return 0;
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    Socket socket = socket(fd, Call.GETSOCKOPT);
    Memory.putInt(valueLength, Integer.BYTES);
    Memory.putInt(value, option(socket, level, name));
    return 0;
  }

  private static int option(Socket socket, int level, int name) {
    if (level == SOL_SOCKET) {
      if (name == SO_ERROR) {
        return socket.takeError();
      }
      if (name == SO_DOMAIN && socket.settings.get(SOL_SOCKET, SO_DOMAIN) == 0) {
        return socket.isUnix() ? AF_UNIX : SocketAddresses.familyOf(socket.local());
      }
      if (name == SO_ACCEPTCONN) {
        return socket.isListening() ? 1 : 0;
      }
      if (name == SO_SNDBUF) {
        return socket.settings.sendMax();
      }
      if (name == SO_RCVBUF) {
        return socket.settings.receiveMax();
      }
    }
    return socket.settings.get(level, name);
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    Socket socket = socket(fd, Call.SETSOCKOPT);
    if (valueLength < Integer.BYTES) {
      return -Errno.EINVAL;
    }
    int number = Memory.getInt(value);
    boolean linger = level == SOL_SOCKET && name == SO_LINGER;
    if (!linger && kernel.strikes(Fault.NO_BUFFERS, Call.SETSOCKOPT, socket.state())) {
      return -Errno.ENOBUFS;
    }
    if (socket.isUnix() && (level == IPPROTO_TCP || level == IPPROTO_IPV6)) {
      return -Errno.EOPNOTSUPP;
    }
    if (linger) {
      socket.settings.setLingerZero(
          !socket.isUnix() && number != 0 && Memory.getInt(value + 4) == 0);
    } else if (level == SOL_SOCKET && name == SO_REUSEPORT) {
      socket.settings.setReusePort(number != 0);
    } else if (level == SOL_SOCKET && name == SO_SNDBUF) {
      socket.settings.setBuffers(2 * number, 0); // socket(7): "The kernel doubles this value"
    } else if (level == SOL_SOCKET && name == SO_RCVBUF) {
      socket.settings.setBuffers(0, 2 * number);
    } else if (level == IPPROTO_IPV6 && name == IPV6_V6ONLY) {
      socket.settings.setV6Only(number != 0);
    }
    socket.settings.set(level, name, number);
    return 0;
  }

  // ---- bytes

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    if ((flags & MSG_PEEK) != 0) {
      return peek(fd, buffer, length);
    }
    Socket socket = socket(fd, Call.RECV);
    if (length <= 0) {
      throw kernel.violated("receives into " + length + " bytes");
    }
    int errno = calls.disturbReceive(socket, Call.RECV);
    if (errno != 0) {
      return -errno;
    }
    return socket.receive(buffer, calls.shortened(socket, length, Call.RECV));
  }

  private int peek(int fd, long buffer, int length) {
    Socket socket = socket(fd, Call.PEEK);
    int errno = calls.disturbReceive(socket, Call.PEEK);
    return errno != 0 ? -errno : socket.peek(buffer, length);
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    Socket socket = socket(fd, Call.SEND);
    requireNoSignal(flags);
    int taken = calls.sendable(socket, length, Call.SEND);
    if (taken > 0) {
      socket.send(buffer, taken);
    }
    return taken;
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    Socket socket = socket(fd, Call.SENDMSG);
    requireNoSignal(flags);
    long iovecs = Memory.getLong(msghdr + Vectors.IOV);
    int count = (int) Memory.getLong(msghdr + Vectors.IOV_LENGTH);
    if (count > IoVec.COUNT_MAX) {
      return -Errno.EMSGSIZE;
    }
    int taken = calls.sendable(socket, Vectors.length(iovecs, count), Call.SENDMSG);
    Vectors.send(socket, iovecs, count, taken);
    return taken;
  }

  /** There are no datagrams here. */
  @Override
  public int recvmmsg(int fd, long messages, int count, int flags) {
    throw kernel.violated("receives datagrams");
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    throw kernel.violated("sends datagrams");
  }

  /** Files are the machine's own, which take no part in a simulated network. */
  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    return -Errno.EINVAL;
  }

  @Override
  public int pread(int fd, long buffer, int length, long offset) {
    return files.pread(fd, buffer, length, offset);
  }

  private void requireNoSignal(int flags) {
    if ((flags & MSG_NOSIGNAL) == 0) {
      throw kernel.violated("sends without MSG_NOSIGNAL: a signal would end the process");
    }
  }

  // ---- the end

  @Override
  public int shutdown(int fd, int how) {
    Socket socket = socket(fd, Call.SHUTDOWN);
    if (how != SHUT_WR) {
      return -Errno.EOPNOTSUPP;
    }
    calls.disturb(socket, Call.SHUTDOWN);
    return socket.shutdownOutput();
  }

  @Override
  public int close(int fd) {
    Socket socket = socket(fd, Call.CLOSE);
    SocketState state = socket.state();
    kernel.release(fd);
    return kernel.strikes(Fault.INTERRUPTED, Call.CLOSE, state) ? -Errno.EINTR : 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}
