package dev.zloop.it;

import dev.zloop.core.SignalWatch;
import dev.zloop.core.ZLoop;
import java.util.List;

/** Tells what its loop hears of the signals in its arguments; of each, once. */
final class SignalProbe {
  private SignalProbe() {}

  public static void main(String[] signals) throws InterruptedException {
    ZLoop loop = ZLoop.builder().name("probe").build().start();
    for (String signal : List.of(signals)) {
      try {
        new Once(loop, signal);
        System.out.println("ready for " + signal);
      } catch (IllegalArgumentException refused) {
        System.out.println(refused.getMessage());
      }
    }
    Thread.sleep(Long.MAX_VALUE);
  }

  private static final class Once {
    private volatile SignalWatch watch;

    Once(ZLoop loop, String signal) {
      watch = loop.onSignal(signal, this::tell);
    }

    /** Not before the constructor is done: signals come after the line that says it is ready. */
    private void tell() {
      watch.close();
      System.out.println(watch.signal() + " on " + Thread.currentThread().getName());
    }
  }
}
