package dev.zloop.nativereactor.sys;

/**
 * errno(3): the numbers that zloop's code asks for, and the names of all. No compile-time
 * constants, since they differ between platforms: {@code if}, not {@code case}. One that this
 * platform lacks has a number that no call returns.
 */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = ErrnoTable.number("EPERM");

  /** No such file or directory. */
  public static final int ENOENT = ErrnoTable.number("ENOENT");

  /** Interrupted system call. */
  public static final int EINTR = ErrnoTable.number("EINTR");

  /** Input/output error. */
  public static final int EIO = ErrnoTable.number("EIO");

  /** Bad file descriptor. */
  public static final int EBADF = ErrnoTable.number("EBADF");

  /** Resource temporarily unavailable. */
  public static final int EAGAIN = ErrnoTable.number("EAGAIN");

  /** Cannot allocate memory. */
  public static final int ENOMEM = ErrnoTable.number("ENOMEM");

  /** Permission denied. */
  public static final int EACCES = ErrnoTable.number("EACCES");

  /** Bad address. */
  public static final int EFAULT = ErrnoTable.number("EFAULT");

  /** Device or resource busy. */
  public static final int EBUSY = ErrnoTable.number("EBUSY");

  /** File exists. */
  public static final int EEXIST = ErrnoTable.number("EEXIST");

  /** No such device. */
  public static final int ENODEV = ErrnoTable.number("ENODEV");

  /** Is a directory. */
  public static final int EISDIR = ErrnoTable.number("EISDIR");

  /** Invalid argument. */
  public static final int EINVAL = ErrnoTable.number("EINVAL");

  /** Too many open files in system. */
  public static final int ENFILE = ErrnoTable.number("ENFILE");

  /** Too many open files. */
  public static final int EMFILE = ErrnoTable.number("EMFILE");

  /** No space left on device. */
  public static final int ENOSPC = ErrnoTable.number("ENOSPC");

  /** Illegal seek. */
  public static final int ESPIPE = ErrnoTable.number("ESPIPE");

  /** Broken pipe. */
  public static final int EPIPE = ErrnoTable.number("EPIPE");

  /** File name too long. */
  public static final int ENAMETOOLONG = ErrnoTable.number("ENAMETOOLONG");

  /** Function not implemented. */
  public static final int ENOSYS = ErrnoTable.number("ENOSYS");

  /** Too many levels of symbolic links. */
  public static final int ELOOP = ErrnoTable.number("ELOOP");

  /** Timer expired. */
  public static final int ETIME = ErrnoTable.number("ETIME");

  /** Protocol error. */
  public static final int EPROTO = ErrnoTable.number("EPROTO");

  /** Value too large for defined data type. */
  public static final int EOVERFLOW = ErrnoTable.number("EOVERFLOW");

  /** File descriptor in bad state. */
  public static final int EBADFD = ErrnoTable.number("EBADFD");

  /** Socket operation on non-socket. */
  public static final int ENOTSOCK = ErrnoTable.number("ENOTSOCK");

  /** Destination address required. */
  public static final int EDESTADDRREQ = ErrnoTable.number("EDESTADDRREQ");

  /** Message too long. */
  public static final int EMSGSIZE = ErrnoTable.number("EMSGSIZE");

  /** Protocol wrong type for socket. */
  public static final int EPROTOTYPE = ErrnoTable.number("EPROTOTYPE");

  /** Protocol not available. */
  public static final int ENOPROTOOPT = ErrnoTable.number("ENOPROTOOPT");

  /** Protocol not supported. */
  public static final int EPROTONOSUPPORT = ErrnoTable.number("EPROTONOSUPPORT");

  /** Operation not supported. */
  public static final int EOPNOTSUPP = ErrnoTable.number("EOPNOTSUPP");

  /** Address family not supported by protocol. */
  public static final int EAFNOSUPPORT = ErrnoTable.number("EAFNOSUPPORT");

  /** Address already in use. */
  public static final int EADDRINUSE = ErrnoTable.number("EADDRINUSE");

  /** Cannot assign requested address. */
  public static final int EADDRNOTAVAIL = ErrnoTable.number("EADDRNOTAVAIL");

  /** Network is down. */
  public static final int ENETDOWN = ErrnoTable.number("ENETDOWN");

  /** Network is unreachable. */
  public static final int ENETUNREACH = ErrnoTable.number("ENETUNREACH");

  /** Network dropped connection on reset. */
  public static final int ENETRESET = ErrnoTable.number("ENETRESET");

  /** Software caused connection abort. */
  public static final int ECONNABORTED = ErrnoTable.number("ECONNABORTED");

  /** Connection reset by peer. */
  public static final int ECONNRESET = ErrnoTable.number("ECONNRESET");

  /** No buffer space available. */
  public static final int ENOBUFS = ErrnoTable.number("ENOBUFS");

  /** Transport endpoint is already connected. */
  public static final int EISCONN = ErrnoTable.number("EISCONN");

  /** Transport endpoint is not connected. */
  public static final int ENOTCONN = ErrnoTable.number("ENOTCONN");

  /** Cannot send after transport endpoint shutdown. */
  public static final int ESHUTDOWN = ErrnoTable.number("ESHUTDOWN");

  /** Connection timed out. */
  public static final int ETIMEDOUT = ErrnoTable.number("ETIMEDOUT");

  /** Connection refused. */
  public static final int ECONNREFUSED = ErrnoTable.number("ECONNREFUSED");

  /** Host is down. */
  public static final int EHOSTDOWN = ErrnoTable.number("EHOSTDOWN");

  /** No route to host. */
  public static final int EHOSTUNREACH = ErrnoTable.number("EHOSTUNREACH");

  /** Operation already in progress. */
  public static final int EALREADY = ErrnoTable.number("EALREADY");

  /** Operation now in progress. */
  public static final int EINPROGRESS = ErrnoTable.number("EINPROGRESS");

  /** Operation canceled. */
  public static final int ECANCELED = ErrnoTable.number("ECANCELED");

  /** Owner died. */
  public static final int EOWNERDEAD = ErrnoTable.number("EOWNERDEAD");

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
