package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Asks the C compiler of this machine, where there is one, for every number and every layout that
 * is written down in this package.
 */
class LayoutOracleTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <limits.h>
      #include <netinet/in.h>
      #include <netinet/tcp.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <string.h>
      #include <sys/epoll.h>
      #include <sys/eventfd.h>
      #include <sys/socket.h>
      #include <sys/syscall.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <time.h>
      #ifndef SYS_epoll_pwait2 /* headers older than Linux 5.11 */
      #define SYS_epoll_pwait2 441
      #endif
      """;

  @TempDir private Path directory;

  @Test
  void theConstantsAreThoseOfTheHeaders() throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    for (Class<?> type : List.of(Errno.class, SocketConstants.class, EpollConstants.class)) {
      for (Field field : type.getFields()) {
        ours.put("(int)" + field.getName(), (long) field.getInt(null));
      }
    }
    assertFalse(ours.isEmpty());
    // Each C library has a view of its own what is usual.
    ours.remove("(int)SOMAXCONN");
    ours.put("IOV_MAX", (long) IoVec.COUNT_MAX);
    ours.put("SYS_epoll_pwait2", LinuxEpollSyscalls.SYS_EPOLL_PWAIT2);
    assertMatches(ours);
  }

  @Test
  void theLayoutsAreThoseOfTheHeaders() throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    size(ours, "struct epoll_event", EpollEvent.SIZE);
    offset(ours, "struct epoll_event", "events", EpollEvent.EVENTS);
    offset(ours, "struct epoll_event", "data", EpollEvent.DATA);
    size(ours, "struct timespec", Timespec.SIZE);
    offset(ours, "struct timespec", "tv_sec", Timespec.SEC);
    offset(ours, "struct timespec", "tv_nsec", Timespec.NSEC);
    size(ours, "struct linger", Linger.SIZE);
    offset(ours, "struct linger", "l_onoff", Linger.ONOFF);
    offset(ours, "struct linger", "l_linger", Linger.SECONDS);
    size(ours, "struct iovec", IoVec.SIZE);
    offset(ours, "struct iovec", "iov_base", IoVec.BASE);
    offset(ours, "struct iovec", "iov_len", IoVec.LENGTH);
    size(ours, "struct msghdr", MsgHdr.SIZE);
    offset(ours, "struct msghdr", "msg_name", MsgHdr.NAME);
    offset(ours, "struct msghdr", "msg_namelen", MsgHdr.NAME_LENGTH);
    offset(ours, "struct msghdr", "msg_iov", MsgHdr.IOV);
    offset(ours, "struct msghdr", "msg_iovlen", MsgHdr.IOV_LENGTH);
    assertMatches(ours);
  }

  @Test
  void theSocketAddressesAreThoseOfTheHeaders() throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    size(ours, "struct sockaddr_storage", SocketAddresses.MAX_LENGTH);
    offset(ours, "struct sockaddr_storage", "ss_family", 0);
    size(ours, "struct sockaddr_in", SocketAddresses.IN_SIZE);
    offset(ours, "struct sockaddr_in", "sin_port", SocketAddresses.IN_PORT);
    offset(ours, "struct sockaddr_in", "sin_addr", SocketAddresses.IN_ADDRESS);
    size(ours, "struct sockaddr_in6", SocketAddresses.IN6_SIZE);
    offset(ours, "struct sockaddr_in6", "sin6_port", SocketAddresses.IN6_PORT);
    offset(ours, "struct sockaddr_in6", "sin6_addr", SocketAddresses.IN6_ADDRESS);
    offset(ours, "struct sockaddr_in6", "sin6_scope_id", SocketAddresses.IN6_SCOPE_ID);
    size(ours, "struct sockaddr_un", UnixSocketAddresses.SIZE);
    offset(ours, "struct sockaddr_un", "sun_path", UnixSocketAddresses.PATH);
    assertMatches(ours);
  }

  @Test
  void everyErrnoHasTheNumberOfTheHeaders() throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    for (int errno = 1; errno <= 133; errno++) {
      if (ErrnoTable.name(errno) != null) {
        ours.put(ErrnoTable.name(errno), (long) errno);
      }
    }
    assertMatches(ours);
  }

  private static void size(Map<String, Long> into, String struct, long ours) {
    into.put("sizeof(%s)".formatted(struct), ours);
  }

  private static void offset(Map<String, Long> into, String struct, String field, long ours) {
    into.put("offsetof(%s, %s)".formatted(struct, field), ours);
  }

  /** Each key is an expression of C, each value what it should be. */
  private void assertMatches(Map<String, Long> ours) throws IOException, InterruptedException {
    String statements =
        ours.keySet().stream()
            .map(c -> "printf(\"%%s = %%ld\\n\", \"%1$s\", (long)(%1$s));".formatted(c))
            .collect(Collectors.joining("\n"));
    String expected =
        ours.entrySet().stream()
            .map(entry -> "%s = %d\n".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining());
    assertEquals(expected, run(statements));
  }

  private String run(String statements) throws IOException, InterruptedException {
    Path source = directory.resolve("oracle.c");
    Path program = directory.resolve("oracle");
    Files.writeString(source, HEADERS + "int main(void) {\n" + statements + "\nreturn 0;\n}\n");
    assumeGcc();
    assertEquals("", output("gcc", "-w", "-o", program.toString(), source.toString()));
    return output(program.toString());
  }

  private static void assumeGcc() throws InterruptedException {
    boolean found;
    try {
      output("gcc", "--version");
      found = true;
    } catch (IOException e) {
      found = false;
    }
    assumeTrue(found, "gcc is not installed: layouts and constants are not compared with C's");
  }

  private static String output(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
