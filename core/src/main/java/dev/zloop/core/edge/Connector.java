package dev.zloop.core.edge;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * Connects: resolves, then lets the addresses {@linkplain ConnectRace race} until one is connected,
 * all within one timeout. On the loop's thread; the descriptors are its own until then.
 */
public final class Connector implements Cancellable, LoopResource {

  /**
   * Hears the outcome: one of the two, once, on the loop's thread, never within the call; nothing
   * after a cancel. What a method throws is reported to the loop.
   */
  public interface Callback {

    /**
     * The addresses are known, and about to be tried. Told before the outcome, if it comes so far.
     */
    default void onResolved() {}

    /**
     * Connected. The receiver takes the stream over before this returns, by {@code
     * Transport.adopt}. If this throws the stream is closed.
     */
    void onConnected(StreamIo stream);

    /**
     * Not connected, and nothing is left open. This is the failure of the address that failed last,
     * as in {@code connect(127.0.0.1:80): ECONNREFUSED ..}, and those of the others are suppressed
     * ones of it; or a timeout, {@code connect(name:80) within 30 s: ETIMEDOUT ..}; an {@link
     * java.net.UnknownHostException}; or that the loop was closed.
     */
    void onFailed(IOException cause);
  }

  /** What to connect, and how; the local address may be null. */
  record Plan(SocketAddress remote, SocketAddress local, SocketOptions options, Duration timeout) {

    Plan {
      if (!(remote instanceof InetSocketAddress inet && inet.isUnresolved())) {
        SocketAddresses.familyOf(remote); // throws if that is no kind of ours
      }
      if (local != null) {
        SocketAddresses.familyOf(local);
      }
      Objects.requireNonNull(options, "options");
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("timeout is " + timeout + ", expected above 0");
      }
    }
  }

  private final EventLoop loop;
  private final Plan plan;
  private final Callback callback;

  /** What goes on: the resolution, and then the race. */
  private Cancellable stage;

  /** Null until the addresses are known. */
  private ConnectRace race;

  private Timer timer;
  private boolean over;

  private Connector(EventLoop loop, Plan plan, Callback callback) {
    this.loop = loop;
    this.plan = plan;
    this.callback = Objects.requireNonNull(callback, "callback");
  }

  /**
   * Starts connecting.
   *
   * @param remote an IP address or a Unix path, or a name to resolve, which is what an unresolved
   *     {@link InetSocketAddress} has
   * @param local the address to connect from, resolved, or null for the kernel's choice. The file
   *     that a Unix path makes stays, for the caller to remove
   * @param timeout for everything together; positive
   * @return calls it off, as long as the outcome was not told
   * @throws IllegalArgumentException if an address is neither IP nor Unix, the local one is not
   *     resolved, or the timeout is not positive
   */
  public static Cancellable connect(
      EventLoop loop,
      SocketAddress remote,
      SocketAddress local,
      SocketOptions options,
      Duration timeout,
      Callback callback) {
    Plan plan = new Plan(remote, local, options, timeout);
    return connect(loop, plan, Resolver.Lookup.JDK, callback);
  }

  static Cancellable connect(EventLoop loop, Plan plan, Resolver.Lookup lookup, Callback callback) {
    assert loop.inLoop();
    Connector connector = new Connector(loop, plan, callback);
    loop.add(connector);
    connector.start(lookup);
    return connector;
  }

  private void start(Resolver.Lookup lookup) {
    stage = Resolver.resolve(loop, plan.remote(), lookup, new Resolved());
    try {
      timer = loop.schedule(this::onTimeout, plan.timeout());
    } catch (RejectedExecutionException closing) {
      // onLoopClosing follows
    }
  }

  private void onTimeout() {
    stage.cancel();
    fail(Failures.ofTimeout(plan.remote(), plan.timeout()));
  }

  @Override
  public void cancel() {
    assert loop.inLoop();
    if (!over) {
      end();
      stage.cancel();
    }
  }

  @Override
  public String kind() {
    return "connects";
  }

  @Override
  public String describe() {
    String limit = Failures.text(plan.timeout());
    String progress = race == null ? "resolving" : race.describe();
    return "to " + Failures.text(plan.remote()) + ", within " + limit + ": " + progress;
  }

  @Override
  public void onLoopClosing() {
    loop.defer(this::onLoopClosed);
  }

  private void onLoopClosed() {
    if (!over) {
      stage.cancel();
      fail(Failures.ofClosedLoop("connect", plan.remote(), loop));
    }
  }

  @Override
  public void onLoopStopped(Throwable defect) {
    over = true;
    tellFailed(Failures.ofStoppedLoop("connect", plan.remote(), loop, defect));
  }

  private void succeed(StreamIo stream) {
    end();
    try {
      callback.onConnected(stream);
    } catch (Throwable error) {
      stream.close(true);
      loop.report(error);
    }
  }

  private void fail(IOException cause) {
    end();
    tellFailed(cause);
  }

  private void tellFailed(IOException cause) {
    if (race != null) {
      race.failures().stream().filter(other -> other != cause).forEach(cause::addSuppressed);
    }
    try {
      callback.onFailed(cause);
    } catch (Throwable error) {
      loop.report(error);
    }
  }

  private void end() {
    assert !over;
    over = true;
    if (timer != null) {
      timer.cancel();
    }
    loop.remove(this);
  }

  private final class Resolved implements Resolver.Callback {

    @Override
    public void onResolved(List<SocketAddress> addresses) {
      callback.onResolved();
      race = new ConnectRace(loop, addresses, plan, new Raced());
      stage = race;
      race.start();
    }

    @Override
    public void onFailed(IOException cause) {
      if (!over) { // as it may be where a defect stopped the loop, which both are told
        fail(cause);
      }
    }
  }

  private final class Raced implements ConnectRace.Outcome {

    @Override
    public void onConnected(StreamIo stream) {
      succeed(stream);
    }

    @Override
    public void onFailed() {
      fail(race.failures().getLast());
    }
  }
}
