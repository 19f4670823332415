package dev.zloop.reactor.tcp;

import java.time.Duration;

/** What a {@link ConnectionPool} is configured with. */
record ConnectionPoolSettings(
    int maxConnections, int pendingMax, Duration pendingTimeout, Duration maxIdle) {
  static final ConnectionPoolSettings DEFAULT =
      new ConnectionPoolSettings(
          2 * Math.max(8, Runtime.getRuntime().availableProcessors()),
          1_000,
          Duration.ofSeconds(45),
          Duration.ofSeconds(60));

  private static final int LOOKS = 5;

  ConnectionPoolSettings {
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "maxConnections is " + maxConnections + ", expected 1 or more");
    }
    if (pendingMax < 0) {
      throw new IllegalArgumentException(
          "pendingAcquireMaxCount is " + pendingMax + ", expected 0 or more");
    }
    checkPositive("pendingAcquireTimeout", pendingTimeout);
    checkPositive("maxIdleTime", maxIdle);
  }

  private static void checkPositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " is " + value + ", expected above 0");
    }
  }

  Duration evictionInterval() {
    return maxIdle.dividedBy(LOOKS);
  }

  ConnectionPoolSettings withMaxConnections(int changed) {
    return new ConnectionPoolSettings(changed, pendingMax, pendingTimeout, maxIdle);
  }

  ConnectionPoolSettings withPendingMax(int changed) {
    return new ConnectionPoolSettings(maxConnections, changed, pendingTimeout, maxIdle);
  }

  ConnectionPoolSettings withPendingTimeout(Duration changed) {
    return new ConnectionPoolSettings(maxConnections, pendingMax, changed, maxIdle);
  }

  ConnectionPoolSettings withMaxIdle(Duration changed) {
    return new ConnectionPoolSettings(maxConnections, pendingMax, pendingTimeout, changed);
  }
}
