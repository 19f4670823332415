package dev.zloop.benchmarks;

/**
 * What the load does: so many connections, each of which sends so many bytes, waits until they are
 * back, and starts again.
 *
 * @param connections at once, 1 or more
 * @param bytes of a message, 1 or more
 * @param reconnects whether each message has a connection of its own
 */
record Workload(int connections, int bytes, boolean reconnects) {

  Workload {
    if (connections < 1 || bytes < 1) {
      throw new IllegalArgumentException("connections and bytes are to be 1 or more");
    }
  }

  /** Of {@code 50x64}, or {@code 50xconnect}: messages of a byte, each on a new connection. */
  static Workload parse(String text) {
    String[] parts = text.split("x", 2);
    boolean reconnects = parts[1].equals("connect");
    return new Workload(
        Integer.parseInt(parts[0]), reconnects ? 1 : Integer.parseInt(parts[1]), reconnects);
  }

  @Override
  public String toString() {
    return connections + "x" + (reconnects ? "connect" : bytes);
  }
}
