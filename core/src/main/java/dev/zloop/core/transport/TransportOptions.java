package dev.zloop.core.transport;

import java.time.Duration;
import java.util.Objects;

/**
 * Limits of a {@link Transport}.
 *
 * @param writeQueueLowBytes at or below this a queue that was full has room again; 0 or more
 * @param writeQueueHighBytes at or above this the queue is full: 1 or more, not below the low mark
 * @param closeTimeout how long a graceful close waits for the peer to take a further byte, and then
 *     how long for the peer's end; positive
 */
public record TransportOptions(
    int writeQueueLowBytes, int writeQueueHighBytes, Duration closeTimeout) {

  /** 32 KiB, 64 KiB and 10 seconds. */
  public static final TransportOptions DEFAULT =
      new TransportOptions(32 << 10, 64 << 10, Duration.ofSeconds(10));

  public TransportOptions {
    Objects.requireNonNull(closeTimeout, "closeTimeout");
    if (writeQueueLowBytes < 0
        || writeQueueHighBytes < 1
        || writeQueueLowBytes > writeQueueHighBytes) {
      throw new IllegalArgumentException(
          "write queue marks are "
              + writeQueueLowBytes
              + " and "
              + writeQueueHighBytes
              + " bytes, expected 0 <= low <= high and high >= 1");
    }
    if (!closeTimeout.isPositive()) {
      throw new IllegalArgumentException("closeTimeout is " + closeTimeout + ", expected above 0");
    }
  }
}
