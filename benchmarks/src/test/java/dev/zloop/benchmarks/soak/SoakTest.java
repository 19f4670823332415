package dev.zloop.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakTest {
  private static final List<Double> TIMES = List.of(0.0, 10.0, 20.0, 30.0, 40.0, 50.0);

  private static List<Measure> growing(Leak leak) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Soak(nowhere).run(4, Duration.ofMillis(100), leak);
  }

  @Test
  void whatServersLoseOnPurposeIsFound() {
    assertTrue(growing(Leak.DESCRIPTORS).contains(Measure.DESCRIPTORS));
  }

  @Test
  void whereNothingIsLostNothingThatIsCountedGrows() {
    List<Measure> growing = growing(Leak.NONE);
    assertFalse(growing.contains(Measure.DESCRIPTORS), growing.toString());
    assertFalse(growing.contains(Measure.LEASES), growing.toString());
    assertFalse(growing.contains(Measure.BUFFERS), growing.toString());
  }

  @Test
  void aSlopeIsFittedThroughWhatFluctuates() {
    List<Double> rising =
        IntStream.range(0, 6).mapToObj(i -> i * 3.0 + (i % 2 == 0 ? 1 : -1)).toList();
    assertEquals(15, Trend.growth(TIMES, rising), 3);
  }

  @Test
  void oneOddValueDoesNotMakeASlope() {
    assertEquals(0, Trend.growth(TIMES, List.of(5.0, 5.0, 5.0, 5.0, 5.0, 500.0)));
  }

  @Test
  void whatFallsHasANegativeSlope() {
    assertEquals(-5, Trend.growth(TIMES, List.of(5.0, 4.0, 3.0, 2.0, 1.0, 0.0)), 1e-9);
  }
}
