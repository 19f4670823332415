package dev.zloop.nativereactor.sys;

import dev.zloop.nativereactor.Backend;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.HexFormat;

/**
 * A program of its own, for {@link OtherPlatformTest}: says what it would tell the kernel of the
 * platform that it is made to believe in.
 */
public final class OtherPlatformProbe {
  private OtherPlatformProbe() {}

  public static void main(String[] arguments) {
    try (Region region = Region.allocate(SocketAddresses.MAX_LENGTH, 8)) {
      tell(new InetSocketAddress("127.0.0.1", 80), region);
      tell(new InetSocketAddress("::1", 80), region);
      tell(UnixDomainSocketAddress.of("/tmp/s"), region);
      tell(UnixDomainSocketAddress.of(""), region);
      tell(UnixDomainSocketAddress.of("/" + "x".repeat(103)), region);
      // What an unnamed socket is called there.
      Memory.zero(region.address(), 16);
      SockaddrHead.CURRENT.put(region.address(), SocketConstants.AF_UNIX, 16);
      System.out.println("[" + SocketAddresses.decode(region.address(), 16) + "]");
    }
    System.out.println(Errno.name(35) + " " + Errno.name(Errno.EOPNOTSUPP));
    System.out.println(Backend.candidates());
    System.out.println(Backend.EPOLL.unavailability().orElse("available"));
    System.out.println(Backend.KQUEUE.unavailability().orElse("available"));
  }

  private static void tell(SocketAddress address, Region region) {
    try {
      int length = SocketAddresses.encode(address, region.address());
      byte[] bytes = new byte[length];
      Memory.copyOut(region.address(), bytes, 0, length);
      SocketAddress decoded = SocketAddresses.decode(region.address(), length);
      String same = decoded.equals(address) ? "" : " decoded as " + decoded;
      System.out.println(HexFormat.of().formatHex(bytes) + same);
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage().split(":")[0]);
    }
  }
}
