package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.Sockets.ok;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PBUF_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IOU_PBUF_RING_INC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A completor with sockets, memory and a few buffers, for tests: every call that should work fails
 * the test if it does not, and a completion that never comes shows as a test that never ends.
 */
final class Uring implements AutoCloseable {
  static final int BUFFERS = 4;
  static final int BUFFER_BYTES = 64;
  static final UringOptions OPTIONS = new UringOptions(8, 64, BUFFERS);
  private static final int BYTES_MAX = 1 << 20;

  /** What a completion said. */
  record Completion(
      long userData, int result, boolean hasMore, int bufferId, boolean bufferHasMore) {}

  final Sockets sockets = new Sockets();
  final UringCompletor completor;
  final Region bytes = Region.allocate(BYTES_MAX, 64);
  private final Region buffers = Region.allocate(BUFFERS * BUFFER_BYTES, 64);

  /** How much of a buffer was received into, which only an incremental one keeps. */
  private final int[] used = new int[BUFFERS];

  private Uring(UringCompletor completor) {
    this.completor = completor;
  }

  static boolean isAvailable() {
    return UringProbe.unavailability().isEmpty();
  }

  static Uring open() {
    return open(OPTIONS);
  }

  static Uring open(UringOptions options) {
    return open(options, LinuxUringSyscalls.open(), UringProbe.features());
  }

  static Uring open(UringOptions options, UringSyscalls syscalls, UringFeatures features) {
    return new Uring(UringCompletor.open(options, syscalls, features));
  }

  /** On a kernel that has no incremental buffers. */
  static Uring openPlain() {
    UringSyscalls plain =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            return operation == IORING_REGISTER_PBUF_RING
                    && Memory.getShort(argument + 14) == IOU_PBUF_RING_INC
                ? -Errno.EINVAL
                : super.register(fd, operation, argument, count);
          }
        };
    return open(OPTIONS, plain, UringProbe.features());
  }

  void provideAll() {
    for (int id = 0; id < BUFFERS; id++) {
      provide(id);
    }
  }

  void provide(int id) {
    used[id] = 0;
    completor.provide(id, buffers.address() + (long) id * BUFFER_BYTES, BUFFER_BYTES);
  }

  /** The next completion, waited for. */
  Completion await() {
    while (!completor.next()) {
      ok(completor.enter(-1));
    }
    return atHand();
  }

  Completion atHand() {
    return new Completion(
        completor.userData(),
        completor.result(),
        completor.hasMore(),
        completor.bufferId(),
        completor.bufferHasMore());
  }

  /** The next completion, which is this operation's. */
  Completion await(long userData) {
    Completion completion = await();
    assertEquals(userData, completion.userData(), completion::toString);
    return completion;
  }

  /** What there is without waiting for any. */
  List<Completion> take() {
    ok(completor.enter(0));
    List<Completion> taken = new ArrayList<>();
    while (completor.next()) {
      taken.add(atHand());
    }
    return taken;
  }

  /** What a receive brought, as long as its buffer is not provided again. */
  String text(Completion received) {
    assertTrue(received.bufferId() >= 0, received::toString);
    byte[] text = new byte[received.result()];
    long address =
        buffers.address() + (long) received.bufferId() * BUFFER_BYTES + used[received.bufferId()];
    Memory.copyOut(address, text, 0, text.length);
    used[received.bufferId()] += text.length;
    return new String(text, StandardCharsets.US_ASCII);
  }

  /** Puts a text at an offset of {@link #bytes}, and says its address. */
  long put(int offset, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    Memory.copyIn(ascii, 0, ascii.length, bytes.address() + offset);
    return bytes.address() + offset;
  }

  @Override
  public void close() {
    completor.close();
    sockets.close();
    bytes.close();
    buffers.close();
  }
}
