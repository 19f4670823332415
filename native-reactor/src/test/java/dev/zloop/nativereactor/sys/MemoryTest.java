package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private final Region region = Region.allocate(64, 8);
  private final long address = region.address();

  @AfterEach
  void free() {
    region.close();
  }

  @Test
  void whatIsPutIsGotAtAnyAlignment() {
    for (int offset = 0; offset < 8; offset++) {
      Memory.putLong(address + offset, 0x0123456789ABCDEFL);
      assertEquals(0x0123456789ABCDEFL, Memory.getLong(address + offset));
      Memory.putInt(address + offset, 0x89ABCDEF);
      assertEquals(0x89ABCDEF, Memory.getInt(address + offset));
      Memory.putShort(address + offset, (short) 0xCDEF);
      assertEquals((short) 0xCDEF, Memory.getShort(address + offset));
      Memory.putByte(address + offset, (byte) 0xEF);
      assertEquals((byte) 0xEF, Memory.getByte(address + offset));
    }
  }

  @Test
  void valuesHaveTheOrderOfTheMachine() {
    Memory.putLong(address, 0x0123456789ABCDEFL);
    assertEquals(0x0123456789ABCDEFL, region.view().order(ByteOrder.nativeOrder()).getLong(0));
  }

  @Test
  void copyMovesOverlappingBytesUnharmed() {
    Memory.copyIn(new byte[] {1, 2, 3, 4, 5}, 0, 5, address);
    Memory.copy(address, address + 2, 5);
    assertArrayEquals(new byte[] {1, 2, 1, 2, 3, 4, 5, 0}, bytes(8));
  }

  @Test
  void zeroWritesNoMoreThanItShould() {
    Memory.copyIn(new byte[] {1, 2, 3, 4, 5}, 0, 5, address);
    Memory.zero(address + 1, 3);
    assertArrayEquals(new byte[] {1, 0, 0, 0, 5, 0}, bytes(6));
  }

  @Test
  void arraysAreCopiedFromTheirOffset() {
    Memory.copyIn(new byte[] {1, 2, 3, 4, 5}, 1, 3, address);
    assertArrayEquals(new byte[] {2, 3, 4, 0}, bytes(4));
    byte[] out = new byte[5];
    Memory.copyOut(address, out, 2, 3);
    assertArrayEquals(new byte[] {0, 0, 2, 3, 4}, out);
  }

  @Test
  void buffersAreCopiedFromTheirPositionWhichMoves() {
    byte[] array = {1, 2, 3, 4, 5};
    for (ByteBuffer buffer : new ByteBuffer[] {heap(array), direct(array), readOnly(array)}) {
      Memory.zero(address, 8);
      buffer.position(1).limit(4);
      assertEquals(3, Memory.copyIn(buffer, address));
      assertEquals(4, buffer.position());
      assertArrayEquals(new byte[] {2, 3, 4, 0}, bytes(4));
    }
  }

  @Test
  void buffersAreFilledFromTheirPositionWhichMoves() {
    Memory.copyIn(new byte[] {1, 2, 3}, 0, 3, address);
    for (ByteBuffer buffer : new ByteBuffer[] {heap(new byte[5]), direct(new byte[5])}) {
      buffer.position(1);
      Memory.copyOut(address, 3, buffer);
      assertEquals(4, buffer.position());
      assertArrayEquals(new byte[] {0, 1, 2, 3, 0}, contents(buffer));
      assertThrows(IndexOutOfBoundsException.class, () -> Memory.copyOut(address, 3, buffer));
    }
  }

  @Test
  void aDirectBuffersAddressIsThatOfItsPosition() {
    ByteBuffer buffer = direct(new byte[] {1, 2, 3, 4, 5});
    long first = Memory.addressOf(buffer);
    assertEquals(1, Memory.getByte(first));
    buffer.position(3);
    assertEquals(first + 3, Memory.addressOf(buffer));
    assertEquals(4, Memory.getByte(Memory.addressOf(buffer.slice())));
    assertEquals(first + 3, Memory.addressOf(buffer.asReadOnlyBuffer()));
    assertEquals(address + 8, Memory.addressOf(region.view(8, 8)));
  }

  @Test
  void aHeapBufferHasNoAddress() {
    assertThrows(IllegalArgumentException.class, () -> Memory.addressOf(ByteBuffer.allocate(8)));
  }

  @Test
  void aFreedBufferHasNoAddress() {
    ByteBuffer buffer;
    try (Arena arena = Arena.ofConfined()) {
      buffer = arena.allocate(8).asByteBuffer();
    }
    assertThrows(IllegalStateException.class, () -> Memory.addressOf(buffer));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Memory.copyOut(address, bytes, 0, length);
    return bytes;
  }

  private static ByteBuffer heap(byte[] bytes) {
    return ByteBuffer.wrap(bytes.clone());
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
  }

  private static ByteBuffer readOnly(byte[] bytes) {
    return heap(bytes).asReadOnlyBuffer();
  }

  private static byte[] contents(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }
}
