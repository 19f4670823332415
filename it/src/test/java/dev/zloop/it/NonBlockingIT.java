package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing waits on a loop, also where no BlockHound watches. */
class NonBlockingIT {

  @Test
  void whateverWaitsIsRefusedOnALoop() {
    try (ChildJvm probe = ChildJvm.start(ChildJvm.javaCommand(NonBlockingProbe.class))) {
      int status = probe.exitStatus();
      List<String> outcomes = probe.remainingLines();
      assertEquals(0, status, () -> "errors: " + probe.errors());
      assertEquals(4, outcomes.size(), outcomes::toString);
      for (String outcome : outcomes) {
        assertTrue(
            outcome.contains("java.lang.IllegalStateException: block()"), outcomes::toString);
      }
    }
  }
}
