package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.it.support.ChildJvm;
import dev.zloop.nativereactor.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The collector never waits for a loop. How long the JVM takes until all its threads stand still
 * (-Xlog:safepoint: "Reaching safepoint") is compared with a JVM that has no loops, in the same
 * minute: by the median, since single times are the machine's.
 */
class SafepointIT {
  private static final Pattern REACHING = Pattern.compile("Reaching safepoint: +(\\d+) ns");
  private static final int COLLECTIONS_LEAST = 100;

  /** A thread that is in native code, and stays there, is not waited for. */
  private static final int WAITING_RATIO_MAX = 10;

  /** One that runs Java code gets to its next poll, if it has a processor. */
  private static final int MOVING_RATIO_MAX = 40;

  /** What an idle JVM is taken to need at least: ratios to less say nothing. */
  private static final long IDLE_LEAST_NANOS = 20_000;

  @ParameterizedTest
  @EnumSource(Backend.class)
  void theCollectorDoesNotWaitForALoop(Backend backend) {
    assumeTrue(backend.isAvailable(), () -> backend.unavailability().orElseThrow());
    long idle = Math.max(IDLE_LEAST_NANOS, median(backend, "idle"));
    long waiting = median(backend, "waiting");
    long moving = median(backend, "moving");
    String all = "medians in ns: idle " + idle + ", waiting " + waiting + ", moving " + moving;
    assertTrue(waiting < idle * WAITING_RATIO_MAX, all);
    assertTrue(moving < idle * MOVING_RATIO_MAX, all);
  }

  private static long median(Backend backend, String doing) {
    try (ChildJvm child = ChildJvm.start(command(backend, doing))) {
      List<String> lines = new ArrayList<>();
      while (lines.isEmpty() || !lines.getLast().startsWith("end ")) {
        lines.add(child.line()); // which fails where a safepoint is never reached
      }
      assertEquals(0, child.exitStatus(), () -> String.join("\n", child.errors()));
      String said = String.join("\n", lines);
      long[] nanos =
          REACHING
              .matcher(said.substring(said.indexOf("begin")))
              .results()
              .map((MatchResult match) -> match.group(1))
              .mapToLong(Long::parseLong)
              .sorted()
              .toArray();
      assertTrue(nanos.length >= COLLECTIONS_LEAST, () -> Arrays.toString(nanos) + "\n" + said);
      return nanos[nanos.length / 2];
    }
  }

  private static List<String> command(Backend backend, String doing) {
    return List.of(
        ChildJvm.java(),
        "-XX:+UseSerialGC",
        "-Xmx64m",
        "-Xlog:safepoint:stdout",
        "--enable-native-access=ALL-UNNAMED",
        "-Dzloop.backend=" + backend.name().toLowerCase(Locale.ROOT),
        "-cp",
        System.getProperty("java.class.path"),
        SafepointProbe.class.getName(),
        doing);
  }
}
