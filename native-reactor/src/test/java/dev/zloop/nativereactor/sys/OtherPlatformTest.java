package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What would be told to the kernels of macOS and FreeBSD, by a JVM that believes to be there: bytes
 * as their headers lay them out, spelled here by hand.
 */
class OtherPlatformTest {
  @Test
  void macosIsToldLengthsAndItsOwnNumbers() throws Exception {
    assertEquals(
        List.of(
            "10" + "02" + "0050" + "7f000001" + "0000000000000000",
            "1c" + "1e" + "0050" + "00000000" + "00000000000000000000000000000001" + "00000000",
            "09" + "01" + "2f746d702f73" + "00",
            "02" + "01",
            "a Unix socket's path may have 103 bytes, this one has 104",
            "[]",
            "EAGAIN EOPNOTSUPP",
            "[kqueue]",
            "epoll belongs to Linux, and this is Mac OS X",
            "there is no kqueue in the C library"),
        on("Mac OS X", "aarch64"));
  }

  @Test
  void freebsdIsToldLengthsAndItsOwnNumbers() throws Exception {
    List<String> told = on("FreeBSD", "amd64");
    assertEquals("1002" + "0050" + "7f000001" + "0000000000000000", told.get(0));
    assertEquals(
        "1c" + "1c" + "0050" + "00000000" + "00000000000000000000000000000001" + "00000000",
        told.get(1));
    assertEquals("[]", told.get(5));
    assertEquals("epoll belongs to Linux, and this is FreeBSD", told.get(8));
  }

  @Test
  void linuxIsToldNone() throws Exception {
    assumeFalse(NativeKqueueSyscalls.isLibraryGiven(), "kqueue is a candidate then");
    List<String> told = on("Linux", System.getProperty("os.arch"));
    assertEquals("0200" + "0050" + "7f000001" + "0000000000000000", told.get(0));
    assertEquals("0100" + "2f746d702f73" + "00", told.get(2));
    assertEquals("[@@@@@@@@@@@@@@]", told.get(5));
    assertEquals("[io_uring, epoll]", told.get(7));
  }

  private static List<String> on(String name, String arch) throws Exception {
    String classPath =
        NativeTest.classes(Native.class) + ":" + NativeTest.classes(OtherPlatformProbe.class);
    return NativeTest.output(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Dos.name=" + name,
            "-Dos.arch=" + arch,
            "-cp",
            classPath,
            OtherPlatformProbe.class.getName()));
  }
}
