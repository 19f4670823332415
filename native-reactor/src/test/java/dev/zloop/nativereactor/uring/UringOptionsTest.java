package dev.zloop.nativereactor.uring;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class UringOptionsTest {
  @Test
  void whatIsOutOfRangeIsNamedWithItsRange() {
    assertRefused("entries: 0 is not from 1 to 32768", 0, 8, 1);
    assertRefused("entries: 32769 is not from 1 to 32768", 32769, 65536, 1);
    assertRefused("completionEntries: 7 is not from 8 to 65536", 8, 7, 1);
    assertRefused("completionEntries: 65537 is not from 8 to 65536", 8, 65537, 1);
    assertRefused("bufferCount: 0 is not from 1 to 32768", 8, 8, 0);
    assertRefused("bufferCount: 32769 is not from 1 to 32768", 8, 8, 32769);
  }

  private static void assertRefused(
      String message, int entries, int completionEntries, int bufferCount) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new UringOptions(entries, completionEntries, bufferCount));
    assertEquals(message, e.getMessage());
  }

  @Test
  void theSmallestAndTheLargestAreWhatAKernelTakes() {
    if (Uring.isAvailable()) {
      assertDoesNotThrow(() -> UringCompletor.open(new UringOptions(1, 1, 1)).close());
      assertDoesNotThrow(() -> UringCompletor.open(new UringOptions(32768, 65536, 32768)).close());
      assertDoesNotThrow(() -> UringCompletor.open(UringOptions.DEFAULT).close());
    }
  }
}
