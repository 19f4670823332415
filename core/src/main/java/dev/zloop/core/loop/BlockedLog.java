package dev.zloop.core.loop;

import dev.zloop.core.BlockedHandler;
import dev.zloop.core.BlockedLoop;
import java.time.Duration;

/** Tells the log. */
public enum BlockedLog implements BlockedHandler {
  INSTANCE;

  @Override
  public void onBlocked(BlockedLoop report) {
    LoopLog.warn(report.toString());
  }

  @Override
  public void onRecovered(BlockedLoop report, Duration took) {
    LoopLog.warn(
        "loop "
            + report.loop().name()
            + " goes on after it was blocked for "
            + took.toMillis()
            + " ms");
  }
}
