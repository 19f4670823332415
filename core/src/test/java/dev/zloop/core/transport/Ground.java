package dev.zloop.core.transport;

import dev.zloop.nativereactor.Backend;
import java.util.function.Supplier;

/**
 * What contracts are held on: a backend, or a shape that one can have, with a family of sockets, on
 * this machine or on a simulated one. {@link Grounds} has them all.
 *
 * @param name as the tests' reports have it
 * @param resets whether a peer can see and cause a reset; a Unix socket just ends
 * @param prompt whether the kernel does at once, and in one piece, what it can do; otherwise a
 *     number of turns or calls says nothing
 * @param machines makes a machine, for one test
 */
public record Ground(
    String name, Backend backend, boolean resets, boolean prompt, Supplier<Machine> machines) {

  /** A machine of this kind; whoever asks closes it. */
  public Machine machine() {
    return machines.get();
  }

  @Override
  public String toString() {
    return name;
  }
}
