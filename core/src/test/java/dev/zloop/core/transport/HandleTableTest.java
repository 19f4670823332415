package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandleTableTest {
  private final HandleTable<String> table = new HandleTable<>();

  @Test
  void aTokenFindsItsHandleUntilThatIsRemoved() {
    long token = table.nextToken();
    assertEquals(token, table.add("one"));
    assertEquals("one", table.get(token));
    table.remove(token);
    assertNull(table.get(token));
  }

  @Test
  void aSlotIsUsedAgainUnderAnotherToken() {
    long first = table.add("one");
    table.remove(first);
    long second = table.add("two");
    assertEquals((int) first, (int) second);
    assertNotEquals(first, second);
    assertNull(table.get(first));
    assertEquals("two", table.get(second));
  }

  @Test
  void bitsAboveATokenAreFreeForItsUser() {
    long token = table.add("one");
    assertEquals(0, token >>> HandleTable.TOKEN_BITS);
    assertEquals("one", table.get(5L << HandleTable.TOKEN_BITS | token));
  }

  @Test
  void generationsGoRoundWithinTheirBits() {
    for (int i = 0; i < (1 << 24) + 3; i++) {
      long token = table.add("one");
      assertEquals(0, token >>> HandleTable.TOKEN_BITS);
      assertEquals("one", table.get(token));
      table.remove(token);
    }
  }

  @Test
  void itHoldsAsManyAsComeAndForgetsThoseThatGo() {
    Random random = new Random(4711);
    Map<Long, String> model = new HashMap<>();
    List<Long> tokens = new ArrayList<>();
    List<Long> gone = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      if (tokens.isEmpty() || random.nextInt(5) < 3) {
        long token = table.add("handle " + i);
        assertNull(model.put(token, "handle " + i));
        tokens.add(token);
      } else {
        long token = tokens.remove(random.nextInt(tokens.size()));
        table.remove(token);
        model.remove(token);
        gone.add(token);
      }
    }
    model.forEach((token, handle) -> assertEquals(handle, table.get(token)));
    gone.forEach(token -> assertNull(table.get(token)));
    List<String> all = new ArrayList<>();
    table.forEach(all::add);
    assertEquals(model.size(), all.size());
    assertTrue(all.containsAll(model.values()));
  }
}
