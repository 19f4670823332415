package dev.zloop.nativereactor.uring;

/**
 * How large a ring is. It takes 64 bytes an entry and 16 bytes a completion, and 16 a buffer, all
 * rounded up to powers of two and whole pages.
 *
 * @param entries operations that can be queued between two turns, from 1 to 32768; more are given
 *     to the kernel at once
 * @param completionEntries completions that await being taken, from entries to 65536; the kernel
 *     keeps more elsewhere, and more slowly
 * @param bufferCount buffers that can be provided, from 1 to 32768
 */
public record UringOptions(int entries, int completionEntries, int bufferCount) {
  /** About 200 KiB. */
  public static final UringOptions DEFAULT = new UringOptions(1024, 8192, 64);

  private static final int ENTRIES_MAX = 32768;
  private static final int COMPLETION_ENTRIES_MAX = 2 * ENTRIES_MAX;
  private static final int BUFFERS_MAX = 32768;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException that names what is out of which range
   */
  public UringOptions {
    requireRange("entries", entries, 1, ENTRIES_MAX);
    requireRange("completionEntries", completionEntries, entries, COMPLETION_ENTRIES_MAX);
    requireRange("bufferCount", bufferCount, 1, BUFFERS_MAX);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s: %d is not from %d to %d".formatted(name, value, min, max));
    }
  }
}
