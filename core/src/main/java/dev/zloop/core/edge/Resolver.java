package dev.zloop.core.edge;

import dev.zloop.core.loop.EventLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;

/** Names become addresses, on the loop's executor. */
public final class Resolver {

  /** Hears the outcome: one of the two, once, on the loop's thread, in a later turn. */
  public interface Callback {

    /** The addresses, 1 or more, in the order in which to try them. */
    void onResolved(List<SocketAddress> addresses);

    /** An {@link java.net.UnknownHostException}, or what else went wrong. */
    void onFailed(IOException cause);
  }

  private Resolver() {}

  public static Cancellable resolve(EventLoop loop, SocketAddress address, Callback callback) {
    throw new UnsupportedOperationException();
  }
}
