package dev.zloop.core.loop;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What a loop tells of itself, written bit by bit: many things live on a loop, and others are to
 * have their turn meanwhile. Plain appending throughout, since code that has hardly run yet is
 * slow. On the loop's thread.
 */
final class DumpText {
  static final int OF_A_KIND_MAX = 1_000;

  private final LoopEnd end;
  private final StringBuilder text;

  /** What is not written yet: headings and other lines, and resources, which may go meanwhile. */
  private final Queue<Object> rest = new ArrayDeque<>();

  DumpText(String head, EventLoop loop, int ready, TimerHeap timers, LoopEnd end) {
    this.end = end;
    text = new StringBuilder(head);
    line("  turns: " + loop.meter().turns());
    line("  tasks: " + ready + " ready, " + loop.pendingTasks() + " in the inbox");
    line("  timers: " + timers.size() + next(timers.peek(), loop));
    for (String line : loop.io().describe()) {
      line("  " + line);
    }
    byKind().forEach(this::queue);
  }

  private static String next(TimerTask first, EventLoop loop) {
    if (first == null) {
      return "";
    }
    long millis = NANOSECONDS.toMillis(first.deadlineNanos - loop.nanoTime());
    return ", the next one " + (millis > 0 ? "in " + millis + " ms" : "now");
  }

  private Map<String, List<LoopResource>> byKind() {
    Map<String, List<LoopResource>> byKind = new LinkedHashMap<>();
    for (LoopResource resource : end.resources()) {
      byKind.computeIfAbsent(resource.kind(), kind -> new ArrayList<>()).add(resource);
    }
    return byKind;
  }

  private void queue(String kind, List<LoopResource> resources) {
    int told = Math.min(resources.size(), OF_A_KIND_MAX);
    rest.add("  " + kind + ": " + resources.size());
    rest.addAll(resources.subList(0, told));
    if (told < resources.size()) {
      rest.add("    and " + (resources.size() - told) + " more");
    }
  }

  /**
   * Writes some more.
   *
   * @param max how many things at the most
   * @return whether that was all
   */
  boolean writeOn(int max) {
    for (int left = max; left > 0 && !rest.isEmpty(); left--) {
      switch (rest.remove()) {
        case LoopResource resource when end.resources().contains(resource) ->
            line("    " + describe(resource));
        case LoopResource gone -> {}
        case Object line -> line(line.toString());
      }
    }
    return rest.isEmpty();
  }

  private static String describe(LoopResource resource) {
    try {
      return resource.describe();
    } catch (Throwable failed) { // it may be what somebody looks for
      return resource.getClass().getName() + ", which cannot tell: " + failed;
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
