package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class RegionTest {
  @Test
  void itIsAlignedAndZeroed() {
    try (Region region = Region.allocate(5000, 4096)) {
      assertEquals(5000, region.size());
      assertEquals(0, region.address() % 4096);
      for (int offset = 0; offset < 5000; offset++) {
        assertEquals(0, Memory.getByte(region.address() + offset));
      }
    }
  }

  @Test
  void viewsShowItsBytesInTheOrderOfEveryNewBuffer() {
    try (Region region = Region.allocate(16, 8)) {
      Memory.putByte(region.address() + 8, (byte) 1);
      ByteBuffer view = region.view();
      assertTrue(view.isDirect());
      assertEquals(16, view.remaining());
      assertEquals(ByteOrder.BIG_ENDIAN, view.order());
      assertEquals(0x0100, view.getShort(8));
      assertEquals(8, region.view(8, 8).remaining());
      assertEquals(1, region.view(8, 8).get(0));
    }
  }

  @Test
  void aViewReachesNotBeyondTheRegion() {
    try (Region region = Region.allocate(16, 8)) {
      assertThrows(IndexOutOfBoundsException.class, () -> region.view(8, 9));
      assertThrows(IndexOutOfBoundsException.class, () -> region.view(-1, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> region.view(4, 4).get(4));
    }
  }

  @Test
  void aViewUsedAfterCloseThrowsAndDoesNotCrash() {
    Region region = Region.allocate(16, 8);
    ByteBuffer view = region.view();
    ByteBuffer part = region.view(8, 8);
    region.close();
    assertThrows(IllegalStateException.class, () -> view.get(0));
    assertThrows(IllegalStateException.class, () -> part.putInt(0, 1));
    assertThrows(IllegalStateException.class, () -> Memory.addressOf(view));
    assertThrows(IllegalStateException.class, region::address);
  }

  @Test
  void closingTwiceThrows() {
    Region region = Region.allocate(16, 8);
    region.close();
    assertThrows(IllegalStateException.class, region::close);
  }

  @Test
  void anyThreadMayClose() throws InterruptedException {
    Region region = Region.allocate(16, 8);
    Thread other = Thread.ofPlatform().start(region::close);
    other.join();
    assertThrows(IllegalStateException.class, region::address);
  }

  @Test
  void sizesAndAlignmentsThatAreNoneAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Region.allocate(0, 8));
    assertThrows(IllegalArgumentException.class, () -> Region.allocate(-1, 8));
    assertThrows(IllegalArgumentException.class, () -> Region.allocate(8, 3));
  }

  @Test
  void recycledMemoryIsUsedAgainAndZeroed() {
    try (RecycledRegions recycler = RecycledRegions.onThisThread()) {
      Region first = Region.allocate(64, 8);
      long address = first.address();
      Memory.putLong(address, 4711);
      assertEquals(1, recycler.open());
      first.close();
      assertEquals(0, recycler.open());
      assertThrows(IllegalStateException.class, first::address);
      assertThrows(IllegalStateException.class, first::close);
      Region second = Region.allocate(64, 8);
      assertEquals(address, second.address());
      assertEquals(0, Memory.getLong(address));
      second.close();
    }
    Region ordinary = Region.allocate(64, 8);
    ordinary.close();
    assertThrows(IllegalStateException.class, ordinary::close);
  }
}
