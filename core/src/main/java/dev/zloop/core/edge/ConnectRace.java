package dev.zloop.core.edge;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * The connects to the addresses of one name, of which the first to be connected wins: Happy
 * Eyeballs (RFC 8305). Each begins when the one before has failed, or has had its {@linkplain
 * #ATTEMPT_DELAY head start}; the others are closed when one has won. On the loop's thread.
 */
final class ConnectRace implements Cancellable {
  /** The Connection Attempt Delay that RFC 8305, section 8 recommends. */
  static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

  /** Hears the outcome: one of the two, once; nothing after a cancel. */
  interface Outcome {
    void onConnected(StreamIo stream);

    /** Nobody takes the connection; {@link #failures} says why. May be within {@link #start}. */
    void onFailed();
  }

  private final EventLoop loop;
  private final Connector.Plan plan;
  private final Outcome outcome;

  private final Deque<SocketAddress> untried;
  private final List<Runner> running = new ArrayList<>(2);
  private final List<IOException> failures = new ArrayList<>();

  /** Until the next begins, if none fails before; or null. */
  private Timer headStart;

  /**
   * @param addresses 1 or more, the preferred ones first
   * @param plan how to connect to each
   */
  ConnectRace(EventLoop loop, List<SocketAddress> addresses, Connector.Plan plan, Outcome outcome) {
    this.loop = loop;
    this.plan = plan;
    this.outcome = outcome;
    this.untried = new ArrayDeque<>(interleaved(addresses));
  }

  /**
   * Addresses with their families taking turns, so that one which does not work holds up the other
   * for one attempt only (RFC 8305, section 4). The order within a family stays, and the first
   * address the first.
   */
  static List<SocketAddress> interleaved(List<SocketAddress> addresses) {
    int preferred = SocketAddresses.familyOf(addresses.getFirst());
    Deque<SocketAddress> ofPreferred = new ArrayDeque<>();
    Deque<SocketAddress> ofOthers = new ArrayDeque<>();
    for (SocketAddress address : addresses) {
      (SocketAddresses.familyOf(address) == preferred ? ofPreferred : ofOthers).add(address);
    }
    List<SocketAddress> taken = new ArrayList<>(addresses.size());
    while (!ofPreferred.isEmpty() || !ofOthers.isEmpty()) {
      if (!ofPreferred.isEmpty()) {
        taken.add(ofPreferred.remove());
      }
      if (!ofOthers.isEmpty()) {
        taken.add(ofOthers.remove());
      }
    }
    return taken;
  }

  void start() {
    startNext();
  }

  /** Why attempts have failed so far, in the order in which they did. */
  List<IOException> failures() {
    return failures;
  }

  /** For a person. */
  String describe() {
    String counts = running.size() + " addresses being tried, " + untried.size() + " not yet, ";
    return counts + failures.size() + " failed";
  }

  private void startNext() {
    stopHeadStart();
    while (!untried.isEmpty()) {
      try {
        running.add(new Runner(untried.remove()));
        giveHeadStart();
        return;
      } catch (IOException e) {
        failures.add(e);
      }
    }
    if (running.isEmpty()) {
      outcome.onFailed();
    }
  }

  private void giveHeadStart() {
    if (!untried.isEmpty()) {
      try {
        headStart = loop.schedule(this::startNext, ATTEMPT_DELAY);
      } catch (RejectedExecutionException closing) {
        // The loop tells who started the race.
      }
    }
  }

  private void stopHeadStart() {
    if (headStart != null) {
      headStart.cancel();
      headStart = null;
    }
  }

  @Override
  public void cancel() {
    stopHeadStart();
    untried.clear();
    running.forEach(runner -> runner.attempt.cancel());
    running.clear();
  }

  /** One address's part in the race. */
  private final class Runner implements ConnectAttempt.Outcome {
    private final ConnectAttempt attempt;

    Runner(SocketAddress address) throws IOException {
      attempt = ConnectAttempt.start(loop, address, plan.local(), plan.options(), this);
    }

    @Override
    public void onConnected(StreamIo stream) {
      running.remove(this);
      cancel();
      outcome.onConnected(stream);
    }

    @Override
    public void onFailed(IOException cause) {
      running.remove(this);
      failures.add(cause);
      startNext();
    }
  }
}
