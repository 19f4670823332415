package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_DGRAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_STREAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_DOMAIN;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.ListenerEvents;
import dev.zloop.core.transport.ListenerIo;
import dev.zloop.core.transport.SocketIo;
import dev.zloop.core.transport.StreamEvents;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.sys.GroupRequest;
import dev.zloop.nativereactor.sys.Linger;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MulticastInterface;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Syscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A socket by its descriptor, and the system calls on it as methods: those that fail throw, and say
 * on what. It owns nothing: whoever opens one closes it, unless a stream, a listener or the like
 * took the descriptor. On the loop's thread.
 */
record RawSocket(EventLoop loop, int fd) {

  /** A socket of an address's family: non-blocking and close-on-exec from birth. */
  static RawSocket open(EventLoop loop, SocketAddress address) throws NativeIoException {
    return open(loop, address, SOCK_STREAM);
  }

  /** As {@link #open}, a socket for datagrams. */
  static RawSocket openDatagram(EventLoop loop, SocketAddress address) throws NativeIoException {
    return open(loop, address, SOCK_DGRAM);
  }

  private static RawSocket open(EventLoop loop, SocketAddress address, int kind)
      throws NativeIoException {
    int family = SocketAddresses.familyOf(address);
    int type = kind | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int result = SocketIo.of(loop).syscalls().socket(family, type, 0);
    if (result < 0) {
      throw Failures.ofSocket(address, -result);
    }
    return new RawSocket(loop, result);
  }

  /** A socket that listens on an IP address. */
  static RawSocket listening(EventLoop loop, SocketAddress address, SocketOptions options)
      throws NativeIoException {
    RawSocket socket = open(loop, address);
    try {
      OptionWriter.writeListener(options, socket);
      socket.bind(address);
      socket.listen(address, options.backlog());
      return socket;
    } catch (Throwable error) {
      socket.close();
      throw error;
    }
  }

  void bind(SocketAddress address) throws NativeIoException {
    int length = encode("bind", address);
    int result = syscalls().bind(fd, Scratch.value(), length);
    if (result < 0) {
      throw Failures.ofBind("bind", address, -result);
    }
  }

  /** The address is that of {@link #bind}, for the message. */
  void listen(SocketAddress address, int backlog) throws NativeIoException {
    int result = syscalls().listen(fd, backlog);
    if (result < 0) {
      throw Failures.ofBind("listen", address, -result);
    }
  }

  /** On success the descriptor is the listener's. */
  ListenerIo accept(ListenerEvents events) throws NativeIoException {
    return SocketIo.of(loop).openListener(fd, events);
  }

  /** On success the descriptor is the stream's. */
  StreamIo connect(SocketAddress address, StreamEvents events) throws NativeIoException {
    int length = encode("connect", address);
    return SocketIo.of(loop).connect(fd, Scratch.value(), length, events);
  }

  /** Of a socket for datagrams: done at once. */
  void connectDatagram(SocketAddress address) throws NativeIoException {
    int length = SocketAddresses.encode(address, family(), Scratch.value());
    int result = syscalls().connect(fd, Scratch.value(), length);
    if (result < 0) {
      throw Failures.ofConnect(address, -result);
    }
  }

  /** Into the scratch memory; the length. All that can be wrong by now is a Unix path's length. */
  private static int encode(String call, SocketAddress address) throws NativeIoException {
    try {
      return SocketAddresses.encode(address, Scratch.value());
    } catch (IllegalArgumentException tooLong) {
      throw Failures.ofLongPath(call, address, tooLong);
    }
  }

  /** The address of this end, or null if the kernel has none to tell. */
  SocketAddress localAddress() {
    return decoded(syscalls().getsockname(fd, Scratch.value(), Scratch.lengthOfRoom()));
  }

  /** The address of the peer, or null if there is none, or no longer. */
  SocketAddress remoteAddress() {
    return decoded(syscalls().getpeername(fd, Scratch.value(), Scratch.lengthOfRoom()));
  }

  private static SocketAddress decoded(int result) {
    return result < 0 ? null : SocketAddresses.decode(Scratch.value(), Scratch.length());
  }

  /** AF_INET, AF_INET6 or AF_UNIX. */
  int family() throws NativeIoException {
    int result =
        syscalls().getsockopt(fd, SOL_SOCKET, SO_DOMAIN, Scratch.value(), Scratch.lengthOfRoom());
    if (result < 0) {
      throw new NativeIoException("getsockopt(fd " + fd + ", SO_DOMAIN)", -result);
    }
    return Memory.getInt(Scratch.value());
  }

  boolean isUnix() throws NativeIoException {
    return family() == AF_UNIX;
  }

  /** Sets an option that is an int. */
  void set(int level, int option, String optionName, int value) throws NativeIoException {
    Memory.putInt(Scratch.value(), value);
    setScratch(level, option, optionName, Integer.BYTES);
  }

  /** Sets an option that is a struct linger. */
  void setLinger(int level, int option, String optionName, int seconds) throws NativeIoException {
    Linger.set(Scratch.value(), true, seconds);
    setScratch(level, option, optionName, Linger.SIZE);
  }

  /** Sets an option that is a struct group_req. */
  void setGroup(int level, int option, String optionName, int interfaceIndex, InetAddress group)
      throws NativeIoException {
    GroupRequest.set(Scratch.value(), interfaceIndex, new InetSocketAddress(group, 0));
    setScratch(level, option, optionName, GroupRequest.SIZE);
  }

  /** Sets an option that is a struct ip_mreqn. */
  void setMulticastInterface(int level, int option, String optionName, int interfaceIndex)
      throws NativeIoException {
    MulticastInterface.set(Scratch.value(), interfaceIndex);
    setScratch(level, option, optionName, MulticastInterface.SIZE);
  }

  private void setScratch(int level, int option, String optionName, int length)
      throws NativeIoException {
    int result = syscalls().setsockopt(fd, level, option, Scratch.value(), length);
    if (result < 0) {
      throw new NativeIoException("setsockopt(fd " + fd + ", " + optionName + ")", -result);
    }
  }

  void close() {
    syscalls().close(fd);
  }

  private Syscalls syscalls() {
    return SocketIo.of(loop).syscalls();
  }
}
