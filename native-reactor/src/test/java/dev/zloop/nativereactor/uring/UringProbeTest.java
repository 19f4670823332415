package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ACCEPT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_RECV;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PBUF_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PROBE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_DEFER_TASKRUN;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_NO_SQARRAY;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SINGLE_ISSUER;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SUBMIT_ALL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.UringParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What kernels are found to have, and what is said of those that lack something. */
@NeedsUring
class UringProbeTest {
  /** A kernel that knows no more flags than these. */
  private static class OldUring extends RecordingUring {
    private final int unknown;

    OldUring(int unknown) {
      this.unknown = unknown;
    }

    @Override
    public int setup(int entries, long params) {
      return (UringParams.flags(params) & unknown) != 0
          ? -Errno.EINVAL
          : super.setup(entries, params);
    }
  }

  private static String explained(RecordingUring calls) {
    ErrnoException e = assertThrows(ErrnoException.class, () -> UringProbe.probe(calls));
    assertEquals(calls.opened, calls.closed);
    assertTrue(calls.mapped.isEmpty());
    return UringProbe.explain(e, calls);
  }

  private static String explainedSetup(int errno) {
    return explained(
        new RecordingUring() {
          @Override
          public int setup(int entries, long params) {
            return -errno;
          }
        });
  }

  @Test
  void whatIsFoundStays() {
    assertEquals(Optional.empty(), UringProbe.unavailability());
    assertEquals(UringProbe.features(), UringProbe.features());
  }

  @Test
  void theProbeLeavesNothingBehind() {
    RecordingUring calls = new RecordingUring();
    assertEquals(UringProbe.features(), UringProbe.probe(calls));
    assertEquals(calls.opened, calls.closed);
    assertTrue(calls.mapped.isEmpty());
  }

  @Test
  void aKernelWithoutIoUringIsToldFromASandbox() {
    assertEquals(
        "this kernel has no io_uring, or a sandbox hides it"
            + " (io_uring_setup: ENOSYS (Function not implemented))",
        explainedSetup(Errno.ENOSYS));
    String forbidden = explainedSetup(Errno.EPERM);
    assertTrue(forbidden.endsWith(" (io_uring_setup: EPERM (Operation not permitted))"), forbidden);
    assertTrue(forbidden.contains("io_uring_disabled") || forbidden.contains("seccomp"), forbidden);
  }

  @Test
  void whatHasRunOutIsNamedWithItsLimit() {
    assertTrue(
        explainedSetup(Errno.ENOMEM)
            .matches(
                "no memory for a ring: raise the limit of locked memory, which is \\w+ \\(ulimit"
                    + " -l, LimitMEMLOCK=\\) \\(io_uring_setup: ENOMEM .*"));
    assertTrue(
        explainedSetup(Errno.EMFILE)
            .matches(
                "no descriptor for a ring: raise the limit of open files, which is \\w+ \\(ulimit"
                    + " -n, LimitNOFILE=\\) \\(io_uring_setup: EMFILE .*"));
    assertEquals(
        "io_uring_setup: ENFILE (Too many open files in system)", explainedSetup(Errno.ENFILE));
  }

  @Test
  void theOldestFlagThatIsMissingIsNamed() {
    String setup = " (io_uring_setup: EINVAL (Invalid argument))";
    int unknown = IORING_SETUP_NO_SQARRAY | IORING_SETUP_DEFER_TASKRUN;
    assertEquals(
        "this kernel's io_uring lacks IORING_SETUP_DEFER_TASKRUN (Linux 6.1)" + setup,
        explained(new OldUring(unknown)));
    unknown |= IORING_SETUP_SINGLE_ISSUER;
    assertEquals(
        "this kernel's io_uring lacks IORING_SETUP_SINGLE_ISSUER (Linux 6.0)" + setup,
        explained(new OldUring(unknown)));
    unknown |= IORING_SETUP_SUBMIT_ALL;
    assertEquals(
        "this kernel's io_uring lacks IORING_SETUP_SUBMIT_ALL (Linux 5.18)" + setup,
        explained(new OldUring(unknown)));
  }

  @Test
  void anOperationThatIsMissingIsNamed() {
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            int result = super.register(fd, operation, argument, count);
            if (operation == IORING_REGISTER_PROBE) {
              // The last one there is: those above it are not.
              Memory.putByte(argument, (byte) (IORING_OP_RECV - 1));
            }
            return result;
          }
        };
    assertEquals(
        "this kernel's io_uring lacks IORING_OP_RECV"
            + " (IORING_OP_RECV: EOPNOTSUPP (Operation not supported))",
        explained(calls));
    RecordingUring without =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            int result = super.register(fd, operation, argument, count);
            if (operation == IORING_REGISTER_PROBE) {
              Memory.putShort(argument + 16 + IORING_OP_ACCEPT * 8 + 2, (short) 0);
            }
            return result;
          }
        };
    assertTrue(explained(without).startsWith("this kernel's io_uring lacks IORING_OP_ACCEPT "));
  }

  @Test
  void aKernelWithoutRingsOfBuffersIsToldSo() {
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            return operation == IORING_REGISTER_PBUF_RING
                ? -Errno.EINVAL
                : super.register(fd, operation, argument, count);
          }
        };
    assertTrue(
        explained(calls)
            .startsWith("this kernel's io_uring lacks IORING_REGISTER_PBUF_RING (Linux 5.19) "));
  }

  /** Debian 12 has such a kernel. */
  @Test
  void aKernelWithAnArrayOfIndicesServesTheSame() {
    OldUring calls = new OldUring(IORING_SETUP_NO_SQARRAY);
    try (Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.probe(calls))) {
      int fd = uring.sockets.tcpPair().near();
      List<Long> told = new ArrayList<>();
      for (long number = 0; number < 20; number++) {
        uring.completor.poll(fd, EPOLLOUT, number);
        told.add(uring.await().userData());
      }
      assertEquals(20, told.stream().distinct().count());
    }
  }

  @Test
  void aKernelThatSendsNoMessagesIsFoundOut() {
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            return -Errno.EINVAL;
          }
        };
    UringFeatures found = UringProbe.probe(calls);
    assertFalse(found.sendsMessages());
    assertEquals(UringProbe.features().capsMultishot(), found.capsMultishot());
  }

  @Test
  void aSandboxThatForbidsTheOtherCallsIsToldApart() {
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int enter(
              int fd, int toSubmit, int minComplete, int flags, long argument, long size) {
            return -Errno.EPERM;
          }
        };
    String explained = explained(calls);
    assertTrue(explained.endsWith(" (io_uring_enter: EPERM (Operation not permitted))"), explained);
  }
}
