package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Field;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The errnos of all platforms. Their numbers are facts that only their own headers can confirm. */
class ErrnoTableTest {
  @ParameterizedTest
  @EnumSource
  void everyNameHasOneNumberAndEveryNumberADescription(Platform platform) {
    ErrnoTable table = new ErrnoTable(platform);
    for (int errno = 1; errno < 200; errno++) {
      if (table.nameOf(errno) != null) {
        assertEquals(errno, table.numberOf(table.nameOf(errno)));
        assertFalse(table.descriptionOf(errno).isBlank());
      }
    }
    assertEquals(ErrnoTable.ABSENT, table.numberOf("EGG"));
  }

  @Test
  void systemsLackNoneThatCodeAsksForButTheseOfIoUring() {
    assertEquals(Set.of(), absent(Platform.LINUX_X86_64));
    assertEquals(Set.of("EBADFD"), absent(Platform.MACOS_AARCH64));
    assertEquals(Set.of("EBADFD", "ETIME"), absent(Platform.FREEBSD_X86_64));
  }

  private static Set<String> absent(Platform platform) {
    Set<String> names = new TreeSet<>();
    for (Field field : Errno.class.getFields()) {
      if (new ErrnoTable(platform).numberOf(field.getName()) == ErrnoTable.ABSENT) {
        names.add(field.getName());
      }
    }
    return names;
  }
}
