package dev.zloop.nativereactor.sys;

/**
 * errno(3): the numbers that zloop's code asks for, and the names of all. No compile-time
 * constants, since they differ between platforms: {@code if}, not {@code case}.
 */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = Platform.number(1);

  /** No such file or directory. */
  public static final int ENOENT = Platform.number(2);

  /** Interrupted system call. */
  public static final int EINTR = Platform.number(4);

  /** Input/output error. */
  public static final int EIO = Platform.number(5);

  /** Bad file descriptor. */
  public static final int EBADF = Platform.number(9);

  /** Resource temporarily unavailable. */
  public static final int EAGAIN = Platform.number(11);

  /** Cannot allocate memory. */
  public static final int ENOMEM = Platform.number(12);

  /** Permission denied. */
  public static final int EACCES = Platform.number(13);

  /** Bad address. */
  public static final int EFAULT = Platform.number(14);

  /** Device or resource busy. */
  public static final int EBUSY = Platform.number(16);

  /** File exists. */
  public static final int EEXIST = Platform.number(17);

  /** No such device. */
  public static final int ENODEV = Platform.number(19);

  /** Invalid argument. */
  public static final int EINVAL = Platform.number(22);

  /** Too many open files in system. */
  public static final int ENFILE = Platform.number(23);

  /** Too many open files. */
  public static final int EMFILE = Platform.number(24);

  /** No space left on device. */
  public static final int ENOSPC = Platform.number(28);

  /** Broken pipe. */
  public static final int EPIPE = Platform.number(32);

  /** File name too long. */
  public static final int ENAMETOOLONG = Platform.number(36);

  /** Function not implemented. */
  public static final int ENOSYS = Platform.number(38);

  /** Too many levels of symbolic links. */
  public static final int ELOOP = Platform.number(40);

  /** Timer expired. */
  public static final int ETIME = Platform.number(62);

  /** Protocol error. */
  public static final int EPROTO = Platform.number(71);

  /** Value too large for defined data type. */
  public static final int EOVERFLOW = Platform.number(75);

  /** File descriptor in bad state. */
  public static final int EBADFD = Platform.number(77);

  /** Socket operation on non-socket. */
  public static final int ENOTSOCK = Platform.number(88);

  /** Destination address required. */
  public static final int EDESTADDRREQ = Platform.number(89);

  /** Message too long. */
  public static final int EMSGSIZE = Platform.number(90);

  /** Protocol wrong type for socket. */
  public static final int EPROTOTYPE = Platform.number(91);

  /** Protocol not available. */
  public static final int ENOPROTOOPT = Platform.number(92);

  /** Protocol not supported. */
  public static final int EPROTONOSUPPORT = Platform.number(93);

  /** Operation not supported. */
  public static final int EOPNOTSUPP = Platform.number(95);

  /** Address family not supported by protocol. */
  public static final int EAFNOSUPPORT = Platform.number(97);

  /** Address already in use. */
  public static final int EADDRINUSE = Platform.number(98);

  /** Cannot assign requested address. */
  public static final int EADDRNOTAVAIL = Platform.number(99);

  /** Network is down. */
  public static final int ENETDOWN = Platform.number(100);

  /** Network is unreachable. */
  public static final int ENETUNREACH = Platform.number(101);

  /** Network dropped connection on reset. */
  public static final int ENETRESET = Platform.number(102);

  /** Software caused connection abort. */
  public static final int ECONNABORTED = Platform.number(103);

  /** Connection reset by peer. */
  public static final int ECONNRESET = Platform.number(104);

  /** No buffer space available. */
  public static final int ENOBUFS = Platform.number(105);

  /** Transport endpoint is already connected. */
  public static final int EISCONN = Platform.number(106);

  /** Transport endpoint is not connected. */
  public static final int ENOTCONN = Platform.number(107);

  /** Cannot send after transport endpoint shutdown. */
  public static final int ESHUTDOWN = Platform.number(108);

  /** Connection timed out. */
  public static final int ETIMEDOUT = Platform.number(110);

  /** Connection refused. */
  public static final int ECONNREFUSED = Platform.number(111);

  /** Host is down. */
  public static final int EHOSTDOWN = Platform.number(112);

  /** No route to host. */
  public static final int EHOSTUNREACH = Platform.number(113);

  /** Operation already in progress. */
  public static final int EALREADY = Platform.number(114);

  /** Operation now in progress. */
  public static final int EINPROGRESS = Platform.number(115);

  /** Operation canceled. */
  public static final int ECANCELED = Platform.number(125);

  /** Owner died. */
  public static final int EOWNERDEAD = Platform.number(130);

  private Errno() {}

  /**
   * The name of an errno, for messages.
   *
   * @param errno the positive number, not what a call returned
   * @return such as "ECONNREFUSED", or "errno 4711" for a number that has no name
   */
  public static String name(int errno) {
    String name = ErrnoTable.name(errno);
    return name != null ? name : "errno " + errno;
  }

  /**
   * What strerror(3) says of an errno, in English.
   *
   * @param errno the positive number, not what a call returned
   * @return such as "Connection refused", or "Unknown error 4711"
   */
  public static String description(int errno) {
    String description = ErrnoTable.description(errno);
    return description != null ? description : "Unknown error " + errno;
  }
}
