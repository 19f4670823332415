package dev.zloop.core;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was found when a loop was blocked. Its text is for people: a headline, then the stack, as
 * exceptions print it.
 *
 * @param loop which one
 * @param thread the loop's
 * @param state of the thread
 * @param stack of the thread, the innermost call first; it need not be the culprit's where the turn
 *     has many callbacks
 * @param running the callback that runs: its class, and what it says of itself. Empty between two
 * @param callbacks how many callbacks the turn has begun since it was first seen; 0 if it is one
 *     that blocks
 * @param origin whose stack is where the task was given to the loop; only with {@code
 *     -Dzloop.taskOrigins=true}
 * @param blocked for how long the turn has been at work, without {@code stoodStill}
 * @param stoodStill how long the whole JVM did nothing meanwhile, as it does for the garbage
 *     collector or where its machine is suspended
 */
public record BlockedLoop(
    ZLoop loop,
    Thread thread,
    Thread.State state,
    List<StackTraceElement> stack,
    String running,
    long callbacks,
    Optional<Throwable> origin,
    Duration blocked,
    Duration stoodStill) {

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("loop ").append(loop.name()).append(" is blocked for ");
    text.append(blocked.toMillis()).append(" ms");
    if (!running.isEmpty()) {
      text.append(" by ").append(running);
    }
    if (callbacks > 0) {
      text.append(", callback ").append(callbacks).append(" of one turn");
    }
    if (!stoodStill.isZero()) {
      text.append("; besides, the JVM stood still for ").append(stoodStill.toMillis());
      text.append(" ms");
    }
    text.append("; thread ").append(thread.getName()).append(" is ").append(state);
    stack.forEach(frame -> text.append("\n\tat ").append(frame));
    origin.ifPresent(given -> {
      text.append("\n").append(given.getMessage());
      for (StackTraceElement frame : given.getStackTrace()) {
        text.append("\n\tat ").append(frame);
      }
    });
    return text.toString();
  }
}
