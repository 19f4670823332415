package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.AbstractUnixAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketAddressesTest {
  private final Region region = Region.allocate(SocketAddresses.MAX_LENGTH, 8);
  private final long at = region.address();

  /** What encode does not write must not matter, and what it must zero must be zeroed. */
  @BeforeEach
  void fillWithGarbage() {
    for (int offset = 0; offset < SocketAddresses.MAX_LENGTH; offset++) {
      Memory.putByte(at + offset, (byte) 0xA5);
    }
  }

  @AfterEach
  void free() {
    region.close();
  }

  @Test
  void ipv4LooksAsInIp7() {
    assertEquals("0200" + "1f90" + "c0000201" + "0".repeat(16), encoded(inet("192.0.2.1", 8080)));
  }

  @Test
  void ipv6LooksAsInIpv67() {
    assertEquals(
        "0a00" + "ffff" + "00000000" + "20010db8000000000000000000000001" + "00000000",
        encoded(inet("2001:db8::1", 65535)));
  }

  @Test
  void inetAddressesComeBackAsTheyWent() {
    for (String literal : new String[] {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1"}) {
      for (int port : new int[] {0, 1, 255, 256, 32768, 65535}) {
        InetSocketAddress address = inet(literal, port);
        assertEquals(address, roundTrip(address));
      }
    }
  }

  @Test
  void aScopeIdGoesAndComesBack() throws UnknownHostException {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    InetAddress scoped = Inet6Address.getByAddress(null, linkLocal, 0x01020304);
    InetSocketAddress decoded = (InetSocketAddress) roundTrip(new InetSocketAddress(scoped, 1));
    assertEquals(0x01020304, ((Inet6Address) decoded.getAddress()).getScopeId());
    assertArrayEquals(linkLocal, decoded.getAddress().getAddress());
  }

  @Test
  void ipv4IsMappedForAnIpv6Socket() {
    int length = SocketAddresses.encode(inet("192.0.2.1", 80), AF_INET6, at);
    assertEquals(
        "0a00" + "0050" + "00000000" + "00000000000000000000ffffc0000201" + "00000000",
        hex(length));
  }

  @Test
  void aMappedAddressIsDecodedAsIpv4() {
    int length = SocketAddresses.encode(inet("192.0.2.1", 80), AF_INET6, at);
    InetSocketAddress decoded = (InetSocketAddress) SocketAddresses.decode(at, length);
    assertInstanceOf(Inet4Address.class, decoded.getAddress());
    assertEquals(inet("192.0.2.1", 80), decoded);
  }

  @Test
  void aPathEndsWithNulAndComesBack() {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of("/tmp/a");
    assertEquals("0100" + "2f746d702f61" + "00", encoded(address));
    assertEquals(address, roundTrip(address));
  }

  @Test
  void aPathIsDecodedUpToItsNulEvenIfTheLengthSaysMore() {
    SocketAddresses.encode(UnixDomainSocketAddress.of("/tmp/a"), at);
    assertEquals(
        UnixDomainSocketAddress.of("/tmp/a"),
        SocketAddresses.decode(at, UnixSocketAddresses.SIZE + 1));
  }

  @Test
  void aPathWithoutNulIsDecodedUpToItsLength() {
    SocketAddresses.encode(UnixDomainSocketAddress.of("/tmp/a"), at);
    assertEquals(UnixDomainSocketAddress.of("/tmp"), SocketAddresses.decode(at, 2 + 4));
  }

  @Test
  void aPathKeepsItsNonAsciiCharacters() {
    Charset names = Charset.forName(System.getProperty("sun.jnu.encoding"));
    assumeTrue(names.newEncoder().canEncode("ü"), "file names are " + names);
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of("/tmp/ü");
    assertEquals(address, roundTrip(address));
  }

  @Test
  void theLongestPathFitsAndOneByteMoreIsRefusedWithBothNumbers() {
    UnixDomainSocketAddress longest = UnixDomainSocketAddress.of("/" + "x".repeat(106));
    assertEquals(110, SocketAddresses.encode(longest, at));
    assertEquals(longest, roundTrip(longest));

    UnixDomainSocketAddress longer = UnixDomainSocketAddress.of("/" + "x".repeat(107));
    String message =
        assertThrows(IllegalArgumentException.class, () -> SocketAddresses.encode(longer, at))
            .getMessage();
    assertTrue(message.contains("107 bytes"), message);
    assertTrue(message.contains("this one has 108"), message);
    assertTrue(message.contains(longer.toString()), message);
  }

  @Test
  void anUnnamedUnixAddressIsTheEmptyPath() {
    UnixDomainSocketAddress unnamed = UnixDomainSocketAddress.of("");
    assertEquals("0100", encoded(unnamed));
    assertEquals(unnamed, roundTrip(unnamed));
    assertEquals(unnamed, SocketAddresses.decode(at, 0));
  }

  @Test
  void anAbstractNameBeginsWithNulAndEndsWithItsLength() {
    AbstractUnixAddress address = AbstractUnixAddress.of("zloop");
    assertEquals("0100" + "00" + "7a6c6f6f70", encoded(address));
    assertEquals(address, roundTrip(address));
    AbstractUnixAddress withNul = AbstractUnixAddress.of(new byte[] {'z', 0, 'l', 0});
    assertEquals("0100" + "00" + "7a006c00", encoded(withNul));
    assertEquals(withNul, roundTrip(withNul));
    assertNotEquals(UnixDomainSocketAddress.of("@zloop"), roundTrip(address));
  }

  @Test
  void anAbstractNameIsShownWithAnAtSignAndCannotForgeALine() {
    assertEquals("@zl\u00fc", AbstractUnixAddress.of("zl\u00fc").toString());
    assertEquals(
        "@a@b??c", AbstractUnixAddress.of(new byte[] {'a', 0, 'b', '\n', -1, 'c'}).toString());
  }

  @Test
  void theLongestAbstractNameFitsAndNoneAndOneByteMoreAreRefused() {
    AbstractUnixAddress longest = AbstractUnixAddress.of("x".repeat(107));
    assertEquals(110, SocketAddresses.encode(longest, at));
    assertEquals(longest, roundTrip(longest));
    String message =
        assertThrows(IllegalArgumentException.class, () -> AbstractUnixAddress.of("x".repeat(108)))
            .getMessage();
    assertTrue(message.startsWith("an abstract name has 108 bytes, expected 1 to 107"), message);
    assertThrows(IllegalArgumentException.class, () -> AbstractUnixAddress.of(""));
  }

  @Test
  void bytesThatAreNoCharactersDoNotStopTheDecoding() {
    write("0100" + "2f" + "ff" + "fe" + "00");
    assertInstanceOf(UnixDomainSocketAddress.class, SocketAddresses.decode(at, 6));
  }

  @Test
  void anAddressDoesNotFitAForeignFamily() {
    assertRefused(inet("::1", 1), AF_INET);
    assertRefused(inet("::1", 1), AF_UNIX);
    assertRefused(inet("127.0.0.1", 1), AF_UNIX);
    assertRefused(UnixDomainSocketAddress.of("/tmp/a"), AF_INET6);
  }

  @Test
  void anUnresolvedAddressIsRefused() {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("zloop.invalid", 1);
    String message =
        assertThrows(IllegalArgumentException.class, () -> SocketAddresses.encode(unresolved, at))
            .getMessage();
    assertTrue(message.contains("unresolved: zloop.invalid"), message);
  }

  @Test
  void whatIsNoAddressIsNotDecoded() {
    write("ffff" + "0000");
    assertThrows(IllegalArgumentException.class, () -> SocketAddresses.decode(at, 16));
    SocketAddresses.encode(inet("127.0.0.1", 1), at);
    assertThrows(IllegalArgumentException.class, () -> SocketAddresses.decode(at, 15));
    assertThrows(IllegalArgumentException.class, () -> SocketAddresses.decode(at, 1));
  }

  private void assertRefused(SocketAddress address, int family) {
    assertThrows(IllegalArgumentException.class, () -> SocketAddresses.encode(address, family, at));
  }

  private SocketAddress roundTrip(SocketAddress address) {
    return SocketAddresses.decode(at, SocketAddresses.encode(address, at));
  }

  private String encoded(SocketAddress address) {
    return hex(SocketAddresses.encode(address, at));
  }

  private String hex(int length) {
    byte[] bytes = new byte[length];
    Memory.copyOut(at, bytes, 0, length);
    return HexFormat.of().formatHex(bytes);
  }

  private void write(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    Memory.copyIn(bytes, 0, bytes.length, at);
  }

  private static InetSocketAddress inet(String literal, int port) {
    return new InetSocketAddress(literal, port);
  }
}
