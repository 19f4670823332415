package dev.zloop.simulation;

import dev.zloop.core.transport.Ground;
import dev.zloop.core.transport.GroundProvider;
import dev.zloop.nativereactor.Backend;
import java.util.ArrayList;
import java.util.List;

/** The simulated kernel, for the engine's contracts to hold on: what they find there must be so. */
public final class SimulatedGrounds implements GroundProvider {

  /** Without packets that are late by seconds: the contracts wait in many small steps. */
  private static final Faults FAULTS = Faults.HARMLESS.with(Fault.LATE_PACKET, 0);

  @Override
  public List<Ground> grounds() {
    List<Ground> grounds = new ArrayList<>();
    for (Backend backend : new Backend[] {Backend.EPOLL, Backend.IO_URING}) {
      for (boolean unix : new boolean[] {false, true}) {
        grounds.add(ground(backend, unix, Faults.NONE));
        grounds.add(ground(backend, unix, FAULTS));
      }
    }
    return grounds;
  }

  private static Ground ground(Backend backend, boolean unix, Faults faults) {
    boolean faultless = faults == Faults.NONE;
    String name =
        "simulated " + backend + (faultless ? "" : " with faults") + (unix ? ", Unix" : ", TCP");
    return new Ground(
        name, backend, !unix, faultless, () -> new SimulatedMachine(backend, faults, unix));
  }
}
