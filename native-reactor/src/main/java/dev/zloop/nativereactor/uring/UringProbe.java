package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ACCEPT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ASYNC_CANCEL;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_CONNECT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_POLL_ADD;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_RECV;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_SEND;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_SENDMSG;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Native;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what the kernel can do, by trying it on a small ring, and not by its version: kernels
 * of distributions have more than their number says, sandboxes less.
 *
 * <p>What was found stays: a kernel does not change. What was missing is looked for again by the
 * next who asks, since descriptors and memory come and go, and an administrator may have been
 * there.
 */
public final class UringProbe {
  static final UringOptions SMALL = new UringOptions(2, 4, 1);
  static final Map<Integer, String> OPERATIONS =
      Map.of(
          IORING_OP_POLL_ADD, "IORING_OP_POLL_ADD",
          IORING_OP_SENDMSG, "IORING_OP_SENDMSG",
          IORING_OP_ACCEPT, "IORING_OP_ACCEPT",
          IORING_OP_ASYNC_CANCEL, "IORING_OP_ASYNC_CANCEL",
          IORING_OP_CONNECT, "IORING_OP_CONNECT",
          IORING_OP_SEND, "IORING_OP_SEND",
          IORING_OP_RECV, "IORING_OP_RECV");

  /** Null until found. Immutable, so that two who look at once do no harm. */
  private static volatile UringFeatures found;

  private UringProbe() {}

  /**
   * Why there is no ring to be had here, for a person to read.
   *
   * @return a sentence without its full stop; empty if there is one
   */
  public static Optional<String> unavailability() {
    Optional<String> nothingNative = Native.unavailability();
    if (nothingNative.isPresent()) {
      return nothingNative;
    }
    try {
      features();
      return Optional.empty();
    } catch (ErrnoException e) {
      return Optional.of(explain(e, LinuxUringSyscalls.open()));
    }
  }

  /** For tests, too, which bring kernels that lack something. */
  static String explain(ErrnoException failure, UringSyscalls syscalls) {
    String advice = UringRefusal.advice(failure, syscalls);
    return advice.isEmpty()
        ? failure.getMessage()
        : "%s (%s)".formatted(advice, failure.getMessage());
  }

  /**
   * What to do about a failure of {@link UringCompletor#open}, for a person to read.
   *
   * @param failure as it was thrown
   * @return a sentence without its full stop: what is missing, and how to have it; empty if there
   *     is nothing to add to the failure
   */
  public static String advice(ErrnoException failure) {
    return UringRefusal.advice(failure, LinuxUringSyscalls.open());
  }

  /**
   * What the kernel can do.
   *
   * @throws ErrnoException if there is no ring to be had
   */
  static UringFeatures features() {
    UringFeatures features = found;
    if (features == null) {
      features = probe(LinuxUringSyscalls.open());
      found = features;
    }
    return features;
  }

  /** Tries it all. */
  static UringFeatures probe(UringSyscalls syscalls) {
    // It is told to cap and to send messages, for that is what is tried.
    UringFeatures hoped = new UringFeatures(true, true);
    try (Ring ring = new Ring(SMALL, syscalls, hoped)) {
      requireOperations(ring);
      UringCompletor completor = new UringCompletor(ring, hoped.capsMultishot());
      ErrnoException.check("io_uring_enter", completor.enter(0));
      return new UringFeatures(capsMultishot(completor), ring.sendMessage() == 0);
    }
  }

  private static void requireOperations(Ring ring) {
    OPERATIONS.forEach((operation, name) -> {
      if (!ring.supports(operation)) {
        throw new ErrnoException(name, Errno.EOPNOTSUPP);
      }
    });
  }

  /**
   * No feature bit tells of the bounds (Linux 6.17), but a kernel that does not know them refuses
   * them with EINVAL before it looks at the descriptor, and one that does finds that there is none.
   */
  static boolean capsMultishot(UringCompletor completor) {
    completor.recvMultishot(-1, 0, 1, 1, 0);
    ErrnoException.check("io_uring_enter", completor.enter(-1));
    return completor.next() && completor.result() == -Errno.EBADF;
  }
}
