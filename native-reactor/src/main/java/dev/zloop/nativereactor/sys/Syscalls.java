package dev.zloop.nativereactor.sys;

/**
 * The socket calls that a loop makes, each as its manual page has it.
 *
 * <p>Every call returns a non-negative result or {@code -errno} ({@link Errno#name(int)} has the
 * names); none throws. Pointers are addresses of native memory, which stays the caller's. The
 * errnos listed are those that a caller meets and must know; the pages in section 2 have the rest.
 *
 * <p>An instance belongs to one loop: it may move between threads, but one thread at a time calls
 * it, because it owns the cell into which errno is captured.
 */
public interface Syscalls extends AutoCloseable {

  /**
   * Opens an instance of this platform, for one loop.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  static Syscalls open() {
    Native.ensureUsable();
    return switch (Platform.current().kernel()) {
      case LINUX, FREEBSD -> LinuxSyscalls.open();
      case MACOS -> DarwinSyscalls.open();
    };
  }

  /**
   * socket(2). The new descriptor, or -errno: -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM when something
   * has run out, -EAFNOSUPPORT when the kernel lacks the family. EINTR does not occur.
   *
   * @param domain AF_INET, AF_INET6 or AF_UNIX
   * @param type SOCK_STREAM or SOCK_DGRAM, together with SOCK_NONBLOCK and SOCK_CLOEXEC: the caller
   *     adds them, here nothing is added
   * @param protocol 0 for the family's own
   * @return the descriptor, or -errno
   */
  int socket(int domain, int type, int protocol);

  /**
   * bind(2). 0, or -errno: -EADDRINUSE, -EADDRNOTAVAIL, -EACCES for a privileged port or an
   * unwritable directory, -ENOENT for a Unix path without its directory. EINTR does not occur.
   *
   * @param fd a socket
   * @param address of a sockaddr, as {@link SocketAddresses} encodes it
   * @param addressLength its length in bytes
   * @return 0, or -errno
   */
  int bind(int fd, long address, int addressLength);

  /**
   * listen(2). 0, or -errno: -EADDRINUSE when two sockets share a port by SO_REUSEADDR and the
   * other one listens already. EINTR does not occur.
   *
   * @param fd a bound socket
   * @param backlog connections that wait to be accepted; the kernel caps it at net.core.somaxconn
   * @return 0, or -errno
   */
  int listen(int fd, int backlog);

  /**
   * accept4(2), without an address: {@link #getpeername} has it. The new descriptor, or -errno:
   * -EAGAIN when the backlog is empty; -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM when something has run
   * out, the connection staying in the backlog; -ECONNABORTED and the network's own errors
   * (-EPROTO, -ENETDOWN, -EHOSTUNREACH, ..) when the connection died there, and the next one may
   * do. EINTR is retried.
   *
   * @param fd a listening socket
   * @param flags SOCK_NONBLOCK and SOCK_CLOEXEC, which are not inherited from the listener
   * @return the descriptor, or -errno
   */
  int accept4(int fd, int flags);

  /**
   * connect(2). 0 when connected at once, or -errno: -EINPROGRESS when it goes on and writability
   * will tell, SO_ERROR having the outcome; -ECONNREFUSED, -ENETUNREACH, -EADDRNOTAVAIL; -EAGAIN
   * for a Unix socket whose listener's backlog is full. EINTR is not retried, since the kernel goes
   * on connecting: it is reported as -EINPROGRESS.
   *
   * @param fd a socket
   * @param address of a sockaddr, as {@link SocketAddresses} encodes it
   * @param addressLength its length in bytes
   * @return 0, or -errno
   */
  int connect(int fd, long address, int addressLength);

  /**
   * getsockname(2). 0, or -errno. EINTR does not occur.
   *
   * @param fd a socket
   * @param address where to write the sockaddr
   * @param addressLength of an int (socklen_t): in, the room at {@code address}; out, the length,
   *     which is larger than the room if the address was cut
   * @return 0, or -errno
   */
  int getsockname(int fd, long address, long addressLength);

  /**
   * getpeername(2). 0, or -errno: -ENOTCONN when there is no peer, or no longer. EINTR does not
   * occur.
   *
   * @param fd a socket
   * @param address where to write the sockaddr
   * @param addressLength of an int (socklen_t), in and out as for {@link #getsockname}
   * @return 0, or -errno
   */
  int getpeername(int fd, long address, long addressLength);

  /**
   * getsockopt(2). 0, or -errno: -ENOPROTOOPT for an option that the kernel lacks. EINTR does not
   * occur.
   *
   * @param fd a socket
   * @param level SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP or IPPROTO_IPV6
   * @param name the option
   * @param value where to write the option's value
   * @param valueLength of an int (socklen_t): in, the room at {@code value}; out, the length
   * @return 0, or -errno
   */
  int getsockopt(int fd, int level, int name, long value, long valueLength);

  /**
   * setsockopt(2). 0, or -errno: -ENOPROTOOPT for an option that the kernel lacks, -EINVAL for a
   * value out of range. EINTR does not occur.
   *
   * @param fd a socket
   * @param level SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP or IPPROTO_IPV6
   * @param name the option
   * @param value of the option's value
   * @param valueLength its length in bytes
   * @return 0, or -errno
   */
  int setsockopt(int fd, int level, int name, long value, int valueLength);

  /**
   * recv(2). The number of bytes received, 0 at the end of a stream (or for {@code length} 0, or an
   * empty datagram), or -errno: -EAGAIN when there is nothing yet; -ECONNRESET, -ETIMEDOUT,
   * -EHOSTUNREACH when the connection is gone. EINTR is retried.
   *
   * @param fd a socket
   * @param buffer where to write
   * @param length the room there, in bytes
   * @param flags MSG_*, or 0
   * @return bytes received, or -errno
   */
  int recv(int fd, long buffer, int length, int flags);

  /**
   * send(2). The number of bytes that the kernel took, possibly fewer than given, or -errno:
   * -EAGAIN when its buffer is full; -EPIPE after the writing side was shut down or the peer reset;
   * -ECONNRESET; -ENOBUFS. EINTR is retried.
   *
   * @param fd a connected socket
   * @param buffer of the bytes
   * @param length how many
   * @param flags MSG_*: the caller gives MSG_NOSIGNAL, without which -EPIPE comes with SIGPIPE
   * @return bytes taken, or -errno
   */
  int send(int fd, long buffer, int length, int flags);

  /**
   * sendmsg(2), the vectored {@link #send}: same results, same errnos, and -EMSGSIZE above 1024
   * (IOV_MAX) buffers. EINTR is retried.
   *
   * @param fd a socket
   * @param msghdr of a {@link MsgHdr}
   * @param flags MSG_*, as for {@link #send}
   * @return bytes taken, or -errno
   */
  int sendmsg(int fd, long msghdr, int flags);

  /**
   * recvmmsg(2), without a timeout: datagrams as far as there are any, one into each message. The
   * number of messages filled, or -errno for the first of them: -EAGAIN when there is nothing yet;
   * -ECONNREFUSED, -EHOSTUNREACH and the like for an earlier datagram of this socket, of which the
   * network has reported, and the next call may succeed. EINTR is retried.
   *
   * <p>Each message's name and control lengths are room before, and lengths after, and its flags
   * are set: MSG_TRUNC where the datagram was longer than its buffers.
   *
   * @param fd a socket
   * @param messages of {@link MMsgHdr}s
   * @param count how many, 1 or more
   * @param flags MSG_*; with MSG_TRUNC Linux counts the bytes of a datagram that found no room, too
   * @return messages filled, 1 or more, or -errno
   */
  int recvmmsg(int fd, long messages, int count, int flags);

  /**
   * sendmmsg(2): datagrams, as far as the kernel takes them, one of each message. The number of
   * messages taken, or -errno for the first of them: -EAGAIN when its buffer is full; -EMSGSIZE for
   * a datagram too long for the protocol; -EDESTADDRREQ, -EAFNOSUPPORT, -EISCONN for an address
   * that does not suit the socket; -EACCES for a broadcast without SO_BROADCAST; -ENETUNREACH,
   * -EHOSTUNREACH, -EPERM from routes and filters; and what {@link #recvmmsg} says of earlier
   * datagrams, in which case this one was not sent, and may be once more. EINTR is retried.
   *
   * @param fd a socket
   * @param messages of {@link MMsgHdr}s, whose lengths are set to the bytes taken
   * @param count how many, from 1 to {@link IoVec#COUNT_MAX}
   * @param flags MSG_*
   * @return messages taken, 1 or more, or -errno
   */
  int sendmmsg(int fd, long messages, int count, int flags);

  /**
   * sendfile(2), from an offset that is given. The number of bytes that the socket took, possibly
   * fewer than asked for, 0 at the file's end, or -errno: -EAGAIN when the socket's buffer is full;
   * -EINVAL when this file, or this socket, does not take part, and -ENOSYS on macOS and FreeBSD,
   * whose calls of that name are other ones and not bound: then {@link #pread} and {@link #send} do
   * the same; -EIO when the file cannot be read; and those of {@link #send}. EINTR is retried.
   *
   * <p>It has no MSG_NOSIGNAL. The JVM ignores SIGPIPE.
   *
   * <p>The call waits for the disk where the file is not in memory, non-blocking or not.
   *
   * @param outFd a connected socket
   * @param inFd a file, whose own position is neither used nor moved
   * @param offset where in the file to begin, in bytes
   * @param count how many bytes, at the most
   * @return bytes taken, or -errno
   */
  int sendfile(int outFd, int inFd, long offset, int count);

  /**
   * pread(2). The number of bytes read, 0 at the file's end, or -errno: -EIO, -EISDIR for a
   * directory, -ESPIPE for what has no positions. EINTR is retried. It waits for the disk.
   *
   * @param fd a file
   * @param buffer where to write
   * @param length the room there, in bytes
   * @param offset where in the file to begin, in bytes
   * @return bytes read, or -errno
   */
  int pread(int fd, long buffer, int length, long offset);

  /**
   * shutdown(2). 0, or -errno: -ENOTCONN when the peer has gone already, which callers ignore.
   * EINTR does not occur.
   *
   * @param fd a connected socket
   * @param how SHUT_RD, SHUT_WR or SHUT_RDWR
   * @return 0, or -errno
   */
  int shutdown(int fd, int how);

  /**
   * close(2). 0, or -errno. Never retried: whatever it returns, -EINTR included, the descriptor is
   * gone and its number may already be somebody else's. Only -EBADF means that there was none, and
   * that is a broken invariant of the caller.
   *
   * @param fd a descriptor that the caller owns
   * @return 0, or -errno
   */
  int close(int fd);

  /** Gives up the instance. Idempotent; descriptors are not touched. No call may follow. */
  @Override
  void close();
}
