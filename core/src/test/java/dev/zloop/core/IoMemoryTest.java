package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.core.transport.SocketIo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much memory a loop takes, as builders and properties say. */
class IoMemoryTest {
  @AfterEach
  void clear() {
    System.clearProperty(IoMemory.RECEIVE_MEMORY.name());
    System.clearProperty(IoMemory.URING_ENTRIES.name());
  }

  private static String refusal(Runnable configuring) {
    return assertThrows(IllegalArgumentException.class, configuring::run).getMessage();
  }

  @Test
  void nothingSaidMeans16MiBAnd1024Entries() {
    assertEquals(new IoMemory(16 << 20, 1024), IoMemory.configured(0));
  }

  @Test
  void propertiesAreTakenWhereTheBuilderSaysNothing() {
    System.setProperty(IoMemory.RECEIVE_MEMORY.name(), "2097152");
    System.setProperty(IoMemory.URING_ENTRIES.name(), "64");
    assertEquals(new IoMemory(2 << 20, 64), IoMemory.configured(0));
    assertEquals(new IoMemory(4 << 20, 64), IoMemory.configured(4 << 20));
  }

  @Test
  void whatIsNoWholeChunkIsRoundedUp() {
    assertEquals(
        5L * SocketIo.CHUNK_BYTES,
        IoMemory.configured(4 * SocketIo.CHUNK_BYTES + 1).receiveBytes());
    assertEquals(
        4L * SocketIo.CHUNK_BYTES, IoMemory.configured(4 * SocketIo.CHUNK_BYTES).receiveBytes());
  }

  @Test
  void whatIsOutOfRangeIsRefusedByName() {
    assertEquals(
        "zloop.receiveMemory is 1048575, expected from 1048576 to 536870912",
        refusal(() -> IoMemory.configured((1 << 20) - 1)));
    System.setProperty(IoMemory.URING_ENTRIES.name(), "4294967297");
    assertEquals(
        "zloop.uring.entries is 4294967297, expected from 8 to 8192",
        refusal(() -> IoMemory.configured(0)));
    assertEquals(
        "receiveMemory is 0, expected from 1048576 to 536870912",
        refusal(() -> ZLoop.builder().receiveMemory(0)));
    assertEquals(
        "receiveMemory is 536870913, expected from 1048576 to 536870912",
        refusal(() -> ZLoopGroup.builder().receiveMemory((512 << 20) + 1)));
  }

  @Test
  void whatIsNoNumberIsRefusedByName() {
    System.setProperty(IoMemory.RECEIVE_MEMORY.name(), "16m");
    assertEquals(
        "zloop.receiveMemory is \"16m\", expected a whole number from 1048576 to 536870912",
        refusal(() -> IoMemory.configured(0)));
  }

  @Test
  void theSmallestAndTheLargestCanBeHad() {
    System.setProperty(IoMemory.URING_ENTRIES.name(), "8");
    ZLoop.builder().receiveMemory(1 << 20).build().close();
    System.setProperty(IoMemory.URING_ENTRIES.name(), "8192");
    ZLoop.builder().receiveMemory(512 << 20).build().close();
  }
}
