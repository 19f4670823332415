package dev.zloop.reactor.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.transport.Lease;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Received bytes behave as any other direct buffer of Netty's; one of those is the model. */
class LeasedByteBufTest {
  private static final int LENGTH = 64;
  private static final int OFFSET = 24;

  /** A lease on the middle of a larger memory, of which nothing else may change. */
  private static final class TestLease implements Lease {
    final ByteBuffer memory = ByteBuffer.allocateDirect(OFFSET + LENGTH + 40);
    int released;

    @Override
    public long address() {
      return 0x1000 + OFFSET;
    }

    @Override
    public int length() {
      return LENGTH;
    }

    @Override
    public ByteBuffer buffer() {
      return memory;
    }

    @Override
    public int offset() {
      return OFFSET;
    }

    @Override
    public void release() {
      released++;
    }
  }

  private final TestLease lease = new TestLease();
  private final ByteBuf leased = new LeasedByteBuf(lease, ByteBufAllocator.DEFAULT);

  @Test
  void everyOperationDoesWhatNettysOwnBufferDoes() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    ByteBuf model = Unpooled.directBuffer(LENGTH, LENGTH);
    model.writeZero(LENGTH);
    for (int step = 0; step < 20_000; step++) {
      int operation = random.nextInt(18);
      int index = random.nextInt(LENGTH - 8);
      int length = random.nextInt(LENGTH - index);
      long value = random.nextLong();
      Object expected = apply(model, operation, index, length, value);
      Object actual = apply(leased, operation, index, length, value);
      String context = "seed " + seed + ", step " + step + ", operation " + operation;
      assertEquals(expected, actual, context);
      assertTrue(ByteBufUtil.equals(model, 0, leased, 0, LENGTH), context);
    }
    for (int i = 0; i < lease.memory.capacity(); i++) {
      if (i < OFFSET || i >= OFFSET + LENGTH) {
        assertEquals(0, lease.memory.get(i), "seed " + seed + ": wrote outside, at " + i);
      }
    }
    assertEquals(0, lease.memory.position());
    assertEquals(lease.memory.capacity(), lease.memory.limit());
    model.release();
    leased.release();
  }

  private static Object apply(ByteBuf buffer, int operation, int index, int length, long value)
      throws IOException {
    return switch (operation) {
      case 0 -> buffer.setByte(index, (int) value).getByte(index);
      case 1 -> buffer.setShort(index, (int) value).getShort(index);
      case 2 -> buffer.setShortLE(index, (int) value).getShortLE(index);
      case 3 -> buffer.setMedium(index, (int) value).getUnsignedMedium(index);
      case 4 -> buffer.setMediumLE(index, (int) value).getMediumLE(index);
      case 5 -> buffer.setInt(index, (int) value).getInt(index);
      case 6 -> buffer.setIntLE(index, (int) value).getIntLE(index);
      case 7 -> buffer.setLong(index, value).getLong(index);
      case 8 -> buffer.setLongLE(index, value).getLongLE(index);
      case 9 -> {
        byte[] bytes = bytes(value, length);
        buffer.setBytes(index, bytes);
        byte[] back = new byte[length + 2];
        buffer.getBytes(index, back, 1, length);
        yield ByteBuffer.wrap(back);
      }
      case 10 -> {
        ByteBuf other = Unpooled.wrappedBuffer(bytes(value, length));
        buffer.setBytes(index, other, 0, length);
        other.release();
        ByteBuf back = Unpooled.buffer(length);
        buffer.getBytes(index, back, length);
        String hex = ByteBufUtil.hexDump(back);
        back.release();
        yield hex;
      }
      case 11 -> {
        buffer.setBytes(index, ByteBuffer.wrap(bytes(value, length)));
        ByteBuffer back = ByteBuffer.allocate(length);
        buffer.getBytes(index, back);
        yield back.flip();
      }
      case 12 -> {
        int set = buffer.setBytes(index, new ByteArrayInputStream(bytes(value, length)), length);
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        buffer.getBytes(index, back, length);
        yield set + ByteBufUtil.hexDump(back.toByteArray());
      }
      case 13 -> {
        var from = Channels.newChannel(new ByteArrayInputStream(bytes(value, length)));
        ByteBuffer chunk = ByteBuffer.allocate(length);
        from.read(chunk);
        buffer.setBytes(index, chunk.flip());
        yield buffer.nioBuffer(index, length);
      }
      case 14 -> {
        ByteBuf copy = buffer.copy(index, length);
        String hex = ByteBufUtil.hexDump(copy);
        copy.release();
        yield hex;
      }
      case 15 -> buffer.slice(index, length).toString(StandardCharsets.ISO_8859_1);
      case 16 -> buffer.indexOf(0, LENGTH, (byte) value);
      case 17 -> buffer.nioBuffers(index, length)[0];
      default -> throw new AssertionError(operation);
    };
  }

  private static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void filesAreReadAndWrittenWithoutTouchingTheSharedBuffersPosition(@TempDir Path folder)
      throws IOException {
    byte[] content = bytes(7, LENGTH);
    Path file = Files.write(folder.resolve("in"), content);
    try (FileChannel channel = FileChannel.open(file)) {
      assertEquals(LENGTH, leased.setBytes(0, channel, 0L, LENGTH));
    }
    Path copy = folder.resolve("out");
    try (FileChannel channel =
        FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertEquals(LENGTH, leased.getBytes(0, channel, 0L, LENGTH));
    }
    assertArrayEquals(content, Files.readAllBytes(copy));
    assertEquals(0, lease.memory.position());
    leased.release();
  }

  @Test
  void theLeaseGoesBackWithTheLastReferenceAndOnce() {
    ByteBuf slice = leased.retainedSlice(0, 4);
    leased.release();
    assertEquals(0, lease.released);
    slice.release();
    assertEquals(1, lease.released);
    assertThrows(IllegalReferenceCountException.class, leased::release);
    assertThrows(IllegalReferenceCountException.class, () -> leased.getByte(0));
    assertThrows(IllegalReferenceCountException.class, leased::memoryAddress);
    assertEquals(1, lease.released);
  }

  @Test
  void accessOutsideTheLeaseIsRefusedAlthoughTheMemoryGoesOn() {
    assertThrows(IndexOutOfBoundsException.class, () -> leased.getByte(LENGTH));
    assertThrows(IndexOutOfBoundsException.class, () -> leased.getLong(LENGTH - 7));
    assertThrows(IndexOutOfBoundsException.class, () -> leased.nioBuffer(LENGTH - 1, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> leased.copy(-1, 2));
    assertThrows(
        IndexOutOfBoundsException.class, () -> leased.setBytes(LENGTH - 1, new byte[2], 0, 2));
    leased.release();
  }

  @Test
  void itIsFullOfWhatCameAndCannotGrow() {
    assertEquals(LENGTH, leased.readableBytes());
    assertEquals(0, leased.writableBytes());
    assertSame(leased, leased.capacity(LENGTH));
    assertThrows(UnsupportedOperationException.class, () -> leased.capacity(LENGTH - 1));
    assertThrows(IndexOutOfBoundsException.class, () -> leased.writeByte(1));
    assertEquals(0x1000 + OFFSET, leased.memoryAddress());
    leased.release();
  }
}
