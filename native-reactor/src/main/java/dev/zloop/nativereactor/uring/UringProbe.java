package dev.zloop.nativereactor.uring;

import java.util.Optional;

/** What the kernel can do. */
public final class UringProbe {
  private UringProbe() {}

  /**
   * Why there is no ring to be had here, for a person to read.
   *
   * @return a sentence without its full stop; empty if there is one
   */
  public static Optional<String> unavailability() {
    return Optional.empty();
  }

  static UringFeatures features() {
    return new UringFeatures(true, true);
  }
}
