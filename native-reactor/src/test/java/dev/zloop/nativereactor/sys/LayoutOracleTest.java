package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Asks the C compilers of this machine, where there are some, for every number and every layout of
 * Linux that is written down in this package.
 */
class LayoutOracleTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <limits.h>
      #include <linux/io_uring.h>
      #include <linux/sock_diag.h>
      #include <netinet/in.h>
      #include <netinet/tcp.h>
      #include <poll.h>
      #include <stddef.h>
      #include <string.h>
      #include <sys/epoll.h>
      #include <sys/eventfd.h>
      #include <sys/mman.h>
      #include <sys/socket.h>
      #include <sys/syscall.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <time.h>
      #include <unistd.h>
      #ifndef SYS_epoll_pwait2 /* headers older than Linux 5.11 */
      #define SYS_epoll_pwait2 441
      #endif
      """;

  /** What Linux has had only since the version behind it, so that older headers lack it. */
  private static final Map<String, String> YOUNG =
      Map.of(
          "IORING_SETUP_NO_SQARRAY", "6.6",
          "IORING_CQE_F_BUF_MORE", "6.12",
          "IOU_PBUF_RING_INC", "6.12",
          "IORING_REGISTER_SEND_MSG_RING", "6.13",
          "IORING_ENTER_NO_IOWAIT", "6.15",
          "IORING_FEAT_NO_IOWAIT", "6.15");

  /** Both processors, whichever is this one. */
  enum Processor {
    X86_64(Platform.LINUX_X86_64, "x86_64-linux-gnu-gcc"),
    AARCH64(Platform.LINUX_AARCH64, "aarch64-linux-gnu-gcc");

    private final Platform platform;
    private final String crossCompiler;

    Processor(Platform platform, String crossCompiler) {
      this.platform = platform;
      this.crossCompiler = crossCompiler;
    }

    HeaderOracle oracle(Path directory) throws Exception {
      assumeTrue(Native.isLinux(), "the numbers of Linux are compared on Linux");
      boolean here = Platform.current() == platform;
      return HeaderOracle.ask(here ? "gcc" : crossCompiler, HEADERS, directory);
    }
  }

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void theConstantsAreThoseOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours =
        constants(Errno.class, SocketConstants.class, EpollConstants.class, FileConstants.class);
    // Each C library has a view of its own what is usual.
    ours.remove("SOMAXCONN");
    // Unsigned in C.
    ours.put("(int)EPOLLET", ours.remove("EPOLLET"));
    ours.put("IOV_MAX", (long) IoVec.COUNT_MAX);
    ours.put("SYS_epoll_pwait2", LinuxEpollSyscalls.SYS_EPOLL_PWAIT2);
    // The kernel has one set of bits for both.
    ours.put("POLLIN", (long) EpollConstants.EPOLLIN);
    ours.put("POLLOUT", (long) EpollConstants.EPOLLOUT);
    ours.put("POLLERR", (long) EpollConstants.EPOLLERR);
    ours.put("POLLHUP", (long) EpollConstants.EPOLLHUP);
    ours.put("POLLRDHUP", (long) EpollConstants.EPOLLRDHUP);
    processor.oracle(directory).assertMatches(ours);
  }

  @ParameterizedTest
  @EnumSource
  void theConstantsOfIoUringAreThoseOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours = constants(UringConstants.class);
    ours.keySet().removeAll(YOUNG.keySet());
    ours.put("SYS_io_uring_setup", LinuxUringSyscalls.SYS_IO_URING_SETUP);
    ours.put("SYS_io_uring_enter", LinuxUringSyscalls.SYS_IO_URING_ENTER);
    ours.put("SYS_io_uring_register", LinuxUringSyscalls.SYS_IO_URING_REGISTER);
    processor.oracle(directory).assertMatches(ours);
  }

  static Stream<Arguments> young() {
    return Stream.of(Processor.values())
        .flatMap(processor -> YOUNG.keySet().stream().map(name -> arguments(processor, name)));
  }

  @ParameterizedTest
  @MethodSource("young")
  void theYoungConstantsOfIoUringAreThoseOfTheHeadersThatHaveThem(Processor processor, String name)
      throws Exception {
    HeaderOracle oracle = processor.oracle(directory);
    assumeTrue(oracle.declares(name), "the headers are older than Linux " + YOUNG.get(name));
    oracle.assertMatches(Map.of(name, constants(UringConstants.class).get(name)));
  }

  private static Map<String, Long> constants(Class<?>... types) throws IllegalAccessException {
    Map<String, Long> constants = new TreeMap<>();
    for (Class<?> type : types) {
      for (Field field : type.getFields()) {
        constants.put(field.getName(), ((Number) field.get(null)).longValue());
      }
    }
    assertFalse(constants.isEmpty());
    return constants;
  }

  @ParameterizedTest
  @EnumSource
  void theLayoutsAreThoseOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    size(ours, "struct epoll_event", processor.platform.epollEventSize());
    offset(ours, "struct epoll_event", "events", EpollEvent.EVENTS);
    offset(ours, "struct epoll_event", "data", processor.platform.epollEventDataOffset());
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
    offset(ours, "struct msghdr", "msg_control", MsgHdr.CONTROL);
    offset(ours, "struct msghdr", "msg_controllen", MsgHdr.CONTROL_LENGTH);
    offset(ours, "struct msghdr", "msg_flags", MsgHdr.FLAGS);
    size(ours, "struct mmsghdr", MMsgHdr.SIZE);
    offset(ours, "struct mmsghdr", "msg_hdr", 0);
    offset(ours, "struct mmsghdr", "msg_len", MMsgHdr.LENGTH);
    size(ours, "struct group_req", GroupRequest.SIZE);
    offset(ours, "struct group_req", "gr_interface", GroupRequest.INTERFACE);
    offset(ours, "struct group_req", "gr_group", GroupRequest.GROUP);
    size(ours, "struct ip_mreqn", MulticastInterface.SIZE);
    offset(ours, "struct ip_mreqn", "imr_ifindex", MulticastInterface.INTERFACE);
    ours.put("SK_MEMINFO_VARS * sizeof(__u32)", (long) SocketMemory.SIZE);
    ours.put("SK_MEMINFO_DROPS * sizeof(__u32)", (long) SocketMemory.DROPS);
    processor.oracle(directory).assertMatches(ours);
  }

  @ParameterizedTest
  @EnumSource
  void theQueuesOfIoUringAreThoseOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    size(ours, "struct io_uring_sqe", Sqe.SIZE);
    offset(ours, "struct io_uring_sqe", "opcode", Sqe.OPERATION);
    offset(ours, "struct io_uring_sqe", "flags", Sqe.FLAGS);
    offset(ours, "struct io_uring_sqe", "ioprio", Sqe.PRIORITY);
    offset(ours, "struct io_uring_sqe", "fd", Sqe.FD);
    offset(ours, "struct io_uring_sqe", "off", Sqe.OFFSET);
    offset(ours, "struct io_uring_sqe", "addr", Sqe.ADDRESS);
    offset(ours, "struct io_uring_sqe", "len", Sqe.LENGTH);
    for (String flags : List.of("msg_flags", "accept_flags", "poll32_events", "cancel_flags")) {
      offset(ours, "struct io_uring_sqe", flags, Sqe.OPERATION_FLAGS);
    }
    offset(ours, "struct io_uring_sqe", "user_data", Sqe.USER_DATA);
    offset(ours, "struct io_uring_sqe", "buf_group", Sqe.BUFFER_GROUP);
    // The younger name of the field is optlen.
    offset(ours, "struct io_uring_sqe", "splice_fd_in", Sqe.TOTAL_LENGTH);
    offset(ours, "struct io_uring_sqe", "addr3", Sqe.REST);
    size(ours, "struct io_uring_cqe", Cqe.SIZE);
    offset(ours, "struct io_uring_cqe", "user_data", Cqe.USER_DATA);
    offset(ours, "struct io_uring_cqe", "res", Cqe.RESULT);
    offset(ours, "struct io_uring_cqe", "flags", Cqe.FLAGS);
    size(ours, "struct io_uring_params", UringParams.SIZE);
    offset(ours, "struct io_uring_params", "sq_entries", UringParams.SQ_ENTRIES);
    offset(ours, "struct io_uring_params", "cq_entries", UringParams.CQ_ENTRIES);
    offset(ours, "struct io_uring_params", "flags", UringParams.FLAGS);
    offset(ours, "struct io_uring_params", "features", UringParams.FEATURES);
    offset(ours, "struct io_uring_params", "sq_off", UringParams.SQ_OFF);
    offset(ours, "struct io_uring_params", "cq_off", UringParams.CQ_OFF);
    offset(ours, "struct io_sqring_offsets", "head", UringParams.SQ_HEAD);
    offset(ours, "struct io_sqring_offsets", "tail", UringParams.SQ_TAIL);
    offset(ours, "struct io_sqring_offsets", "flags", UringParams.SQ_FLAGS);
    offset(ours, "struct io_sqring_offsets", "array", UringParams.SQ_ARRAY);
    offset(ours, "struct io_cqring_offsets", "head", UringParams.CQ_HEAD);
    offset(ours, "struct io_cqring_offsets", "tail", UringParams.CQ_TAIL);
    offset(ours, "struct io_cqring_offsets", "cqes", UringParams.CQ_CQES);
    processor.oracle(directory).assertMatches(ours);
  }

  @ParameterizedTest
  @EnumSource
  void theRequestsOfIoUringAreThoseOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    size(ours, "struct io_uring_getevents_arg", UringGetEventsArg.SIZE);
    offset(ours, "struct io_uring_getevents_arg", "ts", UringGetEventsArg.TIMESPEC);
    size(ours, "struct __kernel_timespec", Timespec.SIZE);
    offset(ours, "struct __kernel_timespec", "tv_sec", Timespec.SEC);
    offset(ours, "struct __kernel_timespec", "tv_nsec", Timespec.NSEC);
    size(ours, "struct io_uring_buf", UringBufferRing.ENTRY_SIZE);
    offset(ours, "struct io_uring_buf", "addr", UringBufferRing.ENTRY_ADDRESS);
    offset(ours, "struct io_uring_buf", "len", UringBufferRing.ENTRY_LENGTH);
    offset(ours, "struct io_uring_buf", "bid", UringBufferRing.ENTRY_ID);
    offset(ours, "struct io_uring_buf_ring", "tail", UringBufferRing.TAIL);
    size(ours, "struct io_uring_buf_reg", UringBufferRing.REGISTRATION_SIZE);
    offset(ours, "struct io_uring_buf_reg", "ring_addr", UringBufferRing.REGISTRATION_ADDRESS);
    offset(ours, "struct io_uring_buf_reg", "ring_entries", UringBufferRing.REGISTRATION_ENTRIES);
    offset(ours, "struct io_uring_buf_reg", "bgid", UringBufferRing.REGISTRATION_GROUP);
    // The field behind that, which older headers call padding.
    ours.put(
        "offsetof(struct io_uring_buf_reg, bgid) + sizeof(__u16)",
        (long) UringBufferRing.REGISTRATION_FLAGS);
    size(ours, "struct io_uring_sync_cancel_reg", UringSyncCancel.SIZE);
    offset(ours, "struct io_uring_sync_cancel_reg", "fd", UringSyncCancel.FD);
    offset(ours, "struct io_uring_sync_cancel_reg", "flags", UringSyncCancel.FLAGS);
    offset(ours, "struct io_uring_sync_cancel_reg", "timeout", UringSyncCancel.TIMEOUT);
    size(ours, "struct io_uring_probe", UringProbeResult.HEADER_SIZE);
    offset(ours, "struct io_uring_probe", "last_op", UringProbeResult.LAST_OPERATION);
    size(ours, "struct io_uring_probe_op", UringProbeResult.OPERATION_SIZE);
    offset(ours, "struct io_uring_probe_op", "flags", UringProbeResult.OPERATION_FLAGS);
    processor.oracle(directory).assertMatches(ours);
  }

  @ParameterizedTest
  @EnumSource
  void theSocketAddressesAreThoseOfTheHeaders(Processor processor) throws Exception {
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
    processor.oracle(directory).assertMatches(ours);
  }

  @ParameterizedTest
  @EnumSource
  void everyErrnoHasTheNumberOfTheHeaders(Processor processor) throws Exception {
    Map<String, Long> ours = new TreeMap<>();
    for (int errno = 1; errno <= 133; errno++) {
      if (ErrnoTable.name(errno) != null) {
        ours.put(ErrnoTable.name(errno), (long) errno);
      }
    }
    processor.oracle(directory).assertMatches(ours);
  }

  private static void size(Map<String, Long> into, String struct, long ours) {
    into.put("sizeof(%s)".formatted(struct), ours);
  }

  private static void offset(Map<String, Long> into, String struct, String field, long ours) {
    into.put("offsetof(%s, %s)".formatted(struct, field), ours);
  }
}
