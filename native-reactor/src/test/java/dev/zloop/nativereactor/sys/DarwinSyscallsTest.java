package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.LinuxSyscallsTest.assertErrno;
import static dev.zloop.nativereactor.sys.SocketConstants.ABSENT;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_TCP;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_STREAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_DOMAIN;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_TYPE;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The calls of macOS on this kernel, which has all of those that they are made of: what differs is
 * their numbers.
 */
class DarwinSyscallsTest {
  private final Sockets sockets = new Sockets();
  private final Syscalls syscalls = DarwinSyscalls.open();

  @AfterEach
  void close() {
    syscalls.close();
    sockets.close();
  }

  @Test
  void aSocketIsGivenItsPropertiesAfterItIsBorn() {
    assertProperties(false, false, socket(0));
    assertProperties(true, false, socket(SOCK_NONBLOCK));
    assertProperties(false, true, socket(SOCK_CLOEXEC));
    assertProperties(true, true, socket(SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  @Test
  void soIsAConnectionWhateverItsListenerHas() {
    for (int listenerFlags : new int[] {0, SOCK_NONBLOCK}) {
      int listener = sockets.listener(anyPort("127.0.0.1"), listenerFlags);
      assertProperties(false, false, accepted(listener, 0));
      assertProperties(true, false, accepted(listener, SOCK_NONBLOCK));
      assertProperties(false, true, accepted(listener, SOCK_CLOEXEC));
      assertProperties(true, true, accepted(listener, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }
  }

  @Test
  void theFamilyOfASocketIsThatOfItsAddress() {
    try (Region region = Region.allocate(16, 8)) {
      long value = region.address();
      long length = value + 8;
      for (int family : new int[] {AF_INET, AF_INET6, AF_UNIX}) {
        int fd = sockets.adopt(syscalls.socket(family, SOCK_STREAM, 0));
        assertEquals(0, syscalls.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, value, length));
        assertEquals(family, Memory.getInt(value));
        assertEquals(Integer.BYTES, Memory.getInt(length));
        assertEquals(0, syscalls.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, length));
        assertEquals(SOCK_STREAM, Memory.getInt(value));
      }
      assertErrno(Errno.EBADF, syscalls.getsockopt(-1, SOL_SOCKET, SO_DOMAIN, value, length));
    }
  }

  @Test
  void anOptionThatASystemLacksIsRefused() {
    int fd = sockets.adopt(syscalls.socket(AF_INET, SOCK_STREAM, 0));
    for (int level : new int[] {SOL_SOCKET, IPPROTO_TCP}) {
      assertErrno(Errno.ENOPROTOOPT, sockets.setOption(fd, level, ABSENT, 1));
    }
  }

  @Test
  void anEmptyBacklogAndAWrongDescriptorAreTold() {
    int listener = sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
    assertErrno(Errno.EAGAIN, syscalls.accept4(listener, SOCK_NONBLOCK));
    assertErrno(Errno.EBADF, syscalls.accept4(-1, SOCK_NONBLOCK));
    assertErrno(Errno.EAFNOSUPPORT, syscalls.socket(4711, SOCK_STREAM | SOCK_NONBLOCK, 0));
  }

  private int socket(int flags) {
    return sockets.adopt(syscalls.socket(AF_INET, SOCK_STREAM | flags, 0));
  }

  private int accepted(int listener, int flags) {
    int client = sockets.socket(AF_INET, 0);
    assertEquals(0, sockets.connect(client, sockets.localAddress(listener)));
    return sockets.adopt(syscalls.accept4(listener, flags));
  }

  private static void assertProperties(boolean nonBlocking, boolean closeOnExec, int fd) {
    assertEquals(nonBlocking, Descriptors.isNonBlocking(fd));
    assertEquals(closeOnExec, Descriptors.isCloseOnExec(fd));
  }
}
