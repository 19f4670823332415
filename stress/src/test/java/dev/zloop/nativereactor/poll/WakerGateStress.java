package dev.zloop.nativereactor.poll;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A descriptor that is closed while others write it: never written after, closed once. */
public class WakerGateStress {

  /** A descriptor that notices being used when it is closed. */
  private static final class Descriptor {
    private final AtomicInteger closes = new AtomicInteger();

    /** 1 if the number may be somebody else's by now. */
    int write() {
      return closes.get();
    }

    void close() {
      closes.incrementAndGet();
    }
  }

  private static int use(WakerGate gate, Descriptor descriptor) {
    int harm = 0;
    if (gate.enter()) {
      harm = descriptor.write();
      if (gate.leave()) {
        descriptor.close();
      }
    }
    return harm;
  }

  private static void shut(WakerGate gate, Descriptor descriptor) {
    if (gate.shut()) {
      descriptor.close();
    }
  }

  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "closed once, and written before")
  @Outcome(expect = FORBIDDEN, desc = "written after the close, closed twice, or left open")
  @State
  public static class WriteMeetsClose {
    private final WakerGate gate = new WakerGate();
    private final Descriptor descriptor = new Descriptor();

    @Actor
    public void write(III_Result result) {
      result.r1 = use(gate, descriptor);
    }

    @Actor
    public void close() {
      shut(gate, descriptor);
    }

    @Arbiter
    public void count(III_Result result) {
      result.r3 = descriptor.closes.get();
    }
  }

  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "closed once, and written before")
  @Outcome(expect = FORBIDDEN, desc = "written after the close, closed twice, or left open")
  @State
  public static class TwoWritersMeetTwoCloses {
    private final WakerGate gate = new WakerGate();
    private final Descriptor descriptor = new Descriptor();

    @Actor
    public void first(III_Result result) {
      result.r1 = use(gate, descriptor);
      shut(gate, descriptor);
      result.r1 += use(gate, descriptor); // which comes too late
    }

    @Actor
    public void second(III_Result result) {
      result.r2 = use(gate, descriptor);
      shut(gate, descriptor);
      result.r2 += use(gate, descriptor);
    }

    @Arbiter
    public void count(III_Result result) {
      result.r3 = descriptor.closes.get();
    }
  }
}
