package dev.zloop.core.edge;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

/**
 * Names become addresses. Looking a name up blocks, so the loop's executor does it; what needs no
 * lookup - an address that has its IP already, an IP written as a name, a Unix path - does not go
 * there.
 */
public final class Resolver {

  /**
   * Hears the outcome: one of the two, once, on the loop's thread, in a later turn. A loop that
   * closes meanwhile tells a failure, and does not wait for the lookup.
   */
  public interface Callback {

    /** The addresses, 1 or more, in the order in which to try them. */
    void onResolved(List<SocketAddress> addresses);

    /** An {@link UnknownHostException}, whose message has the name, or what else went wrong. */
    void onFailed(IOException cause);
  }

  /** Where addresses come from; may block. */
  @FunctionalInterface
  interface Lookup {
    Lookup JDK = InetAddress::getAllByName;

    InetAddress[] lookUp(String host) throws UnknownHostException;
  }

  private Resolver() {}

  /**
   * Resolves an address. On the loop's thread.
   *
   * @param address whose name is to be resolved, if it is an unresolved {@link InetSocketAddress};
   *     any other comes back as it is
   * @return calls it off; a lookup that has begun goes on, unheard
   */
  public static Cancellable resolve(EventLoop loop, SocketAddress address, Callback callback) {
    return resolve(loop, address, Lookup.JDK, callback);
  }

  static Cancellable resolve(
      EventLoop loop, SocketAddress address, Lookup lookup, Callback callback) {
    assert loop.inLoop();
    Resolution resolution = new Resolution(loop, address, callback);
    loop.add(resolution);
    SocketAddress known = withoutLookup(address);
    if (known != null) {
      loop.defer(() -> resolution.succeed(List.of(known)));
    } else {
      resolution.start(lookup);
    }
    return resolution;
  }

  /** The resolved address, or null if that takes a lookup. */
  private static SocketAddress withoutLookup(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet && inet.isUnresolved())) {
      return address;
    }
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(inet.getHostString()), inet.getPort());
    } catch (IllegalArgumentException aName) {
      return null;
    }
  }

  /** One address being resolved. For the loop's thread, except where it says otherwise. */
  private static final class Resolution implements Cancellable, LoopResource {
    private final EventLoop loop;
    private final SocketAddress address;

    /** Null when it was told, or called off. */
    private Callback callback;

    Resolution(EventLoop loop, SocketAddress address, Callback callback) {
      this.loop = loop;
      this.address = address;
      this.callback = callback;
    }

    void start(Lookup lookup) {
      try {
        loop.offload(() -> lookUp(lookup));
      } catch (RejectedExecutionException e) {
        String message = Failures.operation("resolve", address) + ": " + e.getMessage();
        loop.defer(() -> fail(new IOException(message, e)));
      }
    }

    /** On a thread of the executor. */
    private void lookUp(Lookup lookup) {
      Runnable answer = answer(lookup, (InetSocketAddress) address);
      try {
        loop.execute(answer);
      } catch (RejectedExecutionException closing) {
        // Nobody waits for the answer: onLoopClosing tells a failure.
      }
    }

    private Runnable answer(Lookup lookup, InetSocketAddress name) {
      try {
        List<SocketAddress> addresses =
            Stream.of(lookup.lookUp(name.getHostString()))
                .<SocketAddress>map(ip -> new InetSocketAddress(ip, name.getPort()))
                .toList();
        if (addresses.isEmpty()) {
          throw new UnknownHostException(name.getHostString() + ": no addresses");
        }
        return () -> succeed(addresses);
      } catch (UnknownHostException e) {
        return () -> fail(e);
      } catch (Throwable e) {
        return () -> fail(new IOException(Failures.operation("resolve", name) + " failed", e));
      }
    }

    void succeed(List<SocketAddress> addresses) {
      Callback told = end();
      if (told != null) {
        told.onResolved(addresses);
      }
    }

    private void fail(IOException cause) {
      Callback told = end();
      if (told != null) {
        told.onFailed(cause);
      }
    }

    @Override
    public void cancel() {
      assert loop.inLoop();
      end();
    }

    @Override
    public String kind() {
      return "lookups";
    }

    @Override
    public String describe() {
      return Failures.text(address);
    }

    @Override
    public void onLoopClosing() {
      loop.defer(() -> fail(Failures.ofClosedLoop("resolve", address, loop)));
    }

    @Override
    public void onLoopStopped(Throwable defect) {
      callback.onFailed(Failures.ofStoppedLoop("resolve", address, loop, defect));
    }

    /** Whom to tell: nobody if it has ended before. */
    private Callback end() {
      Callback told = callback;
      if (told != null) {
        callback = null;
        loop.remove(this);
      }
      return told;
    }
  }
}
