package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_MULTICAST_IF;
import static dev.zloop.nativereactor.sys.SocketConstants.MCAST_JOIN_GROUP;
import static dev.zloop.nativereactor.sys.SocketConstants.MCAST_LEAVE_GROUP;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_DONTWAIT;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_TRUNC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_DGRAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_MEMINFO;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_RCVBUF;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** recvmmsg(2), sendmmsg(2) and the options of datagram sockets, on loopback. */
class DatagramCallsTest {
  private static final int MESSAGES = 4;
  private static final int ROOM = 64;
  private static final int IOVECS = MESSAGES * 64;
  private static final int NAMES = IOVECS + MESSAGES * IoVec.SIZE;
  private static final int BYTES = NAMES + MESSAGES * SocketAddresses.MAX_LENGTH;
  private static final int VALUE = BYTES + MESSAGES * ROOM;

  private final Sockets sockets = new Sockets();
  private final Syscalls syscalls = sockets.syscalls;
  private final Region region = Region.allocate(VALUE + 256, 64);

  @AfterEach
  void close() {
    region.close();
    sockets.close();
  }

  private int bound(String literal) {
    InetSocketAddress address = anyPort(literal);
    int family = SocketAddresses.familyOf(address);
    int fd = sockets.adopt(syscalls.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ok(sockets.bind(fd, address));
    return fd;
  }

  private long header(int i) {
    return region.address() + (long) i * MMsgHdr.SIZE;
  }

  private long name(int i) {
    return region.address() + NAMES + (long) i * SocketAddresses.MAX_LENGTH;
  }

  private long bytes(int i) {
    return region.address() + BYTES + (long) i * ROOM;
  }

  private void prepare(int i, SocketAddress to, int length) {
    long iovecs = region.address() + IOVECS;
    IoVec.set(iovecs, i, bytes(i), length);
    MsgHdr.clear(header(i));
    MsgHdr.setIoVecs(header(i), iovecs + (long) i * IoVec.SIZE, 1);
    int nameLength = to == null ? SocketAddresses.MAX_LENGTH : SocketAddresses.encode(to, name(i));
    MsgHdr.setName(header(i), name(i), nameLength);
  }

  private void prepareText(int i, SocketAddress to, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    Memory.copyIn(ascii, 0, ascii.length, bytes(i));
    prepare(i, to, ascii.length);
  }

  private int receive(int fd, int room) {
    for (int i = 0; i < MESSAGES; i++) {
      prepare(i, null, room);
    }
    return syscalls.recvmmsg(fd, region.address(), MESSAGES, MSG_DONTWAIT);
  }

  private String text(int i) {
    byte[] ascii = new byte[MMsgHdr.length(header(i))];
    Memory.copyOut(bytes(i), ascii, 0, ascii.length);
    return new String(ascii, StandardCharsets.US_ASCII);
  }

  @Test
  void severalDatagramsGoAndComeByOneCallWithTheirAddresses() {
    int sender = bound("127.0.0.1");
    int receiver = bound("127.0.0.1");
    SocketAddress to = sockets.localAddress(receiver);
    prepareText(0, to, "one");
    prepareText(1, to, "");
    prepareText(2, to, "three");
    assertEquals(3, syscalls.sendmmsg(sender, region.address(), 3, MSG_NOSIGNAL));
    assertEquals(5, MMsgHdr.length(header(2)));

    assertEquals(3, receive(receiver, ROOM));
    assertEquals("one", text(0));
    assertEquals("", text(1));
    assertEquals("three", text(2));
    for (int i = 0; i < 3; i++) {
      SocketAddress from =
          SocketAddresses.decode(
              region.address() + NAMES + (long) i * SocketAddresses.MAX_LENGTH,
              MsgHdr.nameLength(header(i)));
      assertEquals(sockets.localAddress(sender), from);
      assertEquals(0, MsgHdr.flags(header(i)) & MSG_TRUNC);
    }
    assertEquals(-Errno.EAGAIN, receive(receiver, ROOM));
  }

  @Test
  void aDatagramThatFindsNoRoomIsSaidToBeTruncated() {
    int sender = bound("::1");
    int receiver = bound("::1");
    prepareText(0, sockets.localAddress(receiver), "too long");
    assertEquals(1, syscalls.sendmmsg(sender, region.address(), 1, MSG_NOSIGNAL));
    assertEquals(1, receive(receiver, 3));
    assertEquals("too", text(0));
    assertTrue((MsgHdr.flags(header(0)) & MSG_TRUNC) != 0);
  }

  @Test
  void theKernelCountsWhatItHasDropped() {
    int sender = bound("127.0.0.1");
    int receiver = bound("127.0.0.1");
    ok(sockets.setOption(receiver, SOL_SOCKET, SO_RCVBUF, 1));
    for (int i = 0; i < 50; i++) {
      prepareText(0, sockets.localAddress(receiver), "a datagram, one of too many");
      assertEquals(1, syscalls.sendmmsg(sender, region.address(), 1, MSG_NOSIGNAL));
    }
    int received = 0;
    for (int result = receive(receiver, ROOM); result > 0; result = receive(receiver, ROOM)) {
      received += result;
    }
    long value = region.address() + VALUE;
    Memory.putInt(value + 128, SocketMemory.SIZE);
    ok(syscalls.getsockopt(receiver, SOL_SOCKET, SO_MEMINFO, value, value + 128));
    assertTrue(received < 50, "all of them have found room");
    assertEquals(50 - received, SocketMemory.drops(value));
  }

  @Test
  void groupsOfBothFamiliesAreJoinedAndLeft() {
    group(AF_INET, IPPROTO_IP, "127.0.0.1", "239.255.7.7");
    group(AF_INET6, IPPROTO_IPV6, "::1", "ff01::7:7");
  }

  private void group(int family, int level, String literal, String group) {
    int fd = bound(literal);
    long value = region.address() + VALUE;
    GroupRequest.set(value, 1, new InetSocketAddress(group, 0));
    assertEquals(family, SocketAddresses.familyAt(value + GroupRequest.GROUP));
    assertEquals(0, syscalls.setsockopt(fd, level, MCAST_JOIN_GROUP, value, GroupRequest.SIZE));
    assertEquals(0, syscalls.setsockopt(fd, level, MCAST_LEAVE_GROUP, value, GroupRequest.SIZE));
    assertEquals(
        -Errno.EADDRNOTAVAIL,
        syscalls.setsockopt(fd, level, MCAST_LEAVE_GROUP, value, GroupRequest.SIZE));
  }

  @Test
  void packetsToGroupsLeaveByTheInterfaceThatIsSet() {
    int fd = bound("127.0.0.1");
    long value = region.address() + VALUE;
    MulticastInterface.set(value, 1);
    assertEquals(
        0, syscalls.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, value, MulticastInterface.SIZE));
    MulticastInterface.set(value, Integer.MAX_VALUE);
    assertEquals(
        -Errno.EADDRNOTAVAIL,
        syscalls.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, value, MulticastInterface.SIZE));
  }
}
