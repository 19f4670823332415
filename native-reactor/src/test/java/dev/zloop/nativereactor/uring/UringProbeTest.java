package dev.zloop.nativereactor.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class UringProbeTest {
  @Test
  void hereItIs() {
    assertEquals(Optional.empty(), UringProbe.unavailability());
    assertEquals(new UringFeatures(true, true), UringProbe.features());
  }
}
