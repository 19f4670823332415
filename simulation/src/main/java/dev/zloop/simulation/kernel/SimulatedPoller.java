package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.Fault;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * epoll(7), edge-triggered, over a simulated kernel. As there: a change puts what is registered
 * onto a list, and a poll takes it off and tells what it is ready for by then; nothing is told
 * again without another change.
 */
public final class SimulatedPoller implements Poller, Kernel.Sleeper {
  private final Kernel kernel;
  private final int eventsMax;
  private final ArrayDeque<Watch> changed = new ArrayDeque<>();
  private final long[] tokens;
  private final int[] readiness;
  private int count;
  private boolean closed;

  /** Tokens of descriptors that were closed, which are to be told once more. */
  private final long[] staleTokens = new long[4];

  private int staleCount;

  /** From any thread: users' tests may have some. */
  private volatile boolean woken;

  public SimulatedPoller(Kernel kernel, int eventsMax) {
    this.kernel = kernel;
    this.eventsMax = eventsMax;
    tokens = new long[eventsMax];
    readiness = new int[eventsMax];
  }

  /** What a descriptor was registered for. */
  private final class Watch implements Socket.Observer {
    final Socket socket;
    int interest;
    long token;
    boolean listed;

    Watch(Socket socket) {
      this.socket = socket;
    }

    @Override
    public void onWake(Socket socket, int bits) {
      list();
    }

    void list() {
      if (!listed) {
        listed = true;
        changed.add(this);
      }
    }
  }

  // ---- registrations

  @Override
  public int register(int fd, int interest, long token) {
    if (closed) {
      return -Errno.EBADF;
    }
    Socket socket = kernel.socket(fd, Call.WATCH);
    if (token == RESERVED_TOKEN) {
      return -Errno.EINVAL;
    }
    if (socket.observer() != null) {
      return -Errno.EEXIST;
    }
    if (kernel.strikes(Fault.NO_MEMORY, Call.WATCH, socket.state())) {
      return -Errno.ENOMEM;
    }
    Watch watch = new Watch(socket);
    watch.interest = interest;
    watch.token = token;
    watch.list();
    socket.observe(watch);
    return 0;
  }

  @Override
  public int modify(int fd, int interest, long token) {
    if (closed) {
      return -Errno.EBADF;
    }
    if (!(kernel.socket(fd, Call.WATCH).observer() instanceof Watch watch)) {
      return -Errno.ENOENT;
    }
    watch.interest = interest;
    watch.token = token;
    watch.list();
    return 0;
  }

  @Override
  public int deregister(int fd) {
    if (closed) {
      return -Errno.EBADF;
    }
    Socket socket = kernel.socket(fd, Call.WATCH);
    if (socket.observer() == null) {
      return -Errno.ENOENT;
    }
    socket.observe(null);
    return 0;
  }

  // ---- waiting

  @Override
  public int poll(long timeoutNanos) {
    count = 0;
    if (closed) {
      throw kernel.violated("poll after the poller was closed");
    }
    kernel.beginTurn();
    if (timeoutNanos != 0 && !endsEarly()) {
      kernel.sleep(this, timeoutNanos, Call.POLL);
    } else {
      kernel.happen();
    }
    woken = false;
    collect();
    return count;
  }

  private boolean endsEarly() {
    return kernel.strikes(Fault.INTERRUPTED, Call.POLL)
        || kernel.strikes(Fault.SPURIOUS_WAKEUP, Call.POLL);
  }

  @Override
  public boolean isReady() {
    if (woken || staleCount > 0) {
      return true;
    }
    while (!changed.isEmpty()) {
      Watch first = changed.peek();
      if (isWatched(first) && readinessOf(first) != 0) {
        return true;
      }
      first.listed = false;
      forget(changed.poll());
    }
    return false;
  }

  private boolean isWatched(Watch watch) {
    return watch.socket.observer() == watch;
  }

  /** One that was closed, or deregistered. Some day a child may have had the descriptor, too. */
  private void forget(Watch watch) {
    if (watch.socket.isClosed()
        && staleCount < staleTokens.length
        && kernel.strikes(Fault.STALE_EVENT, Call.POLL)) {
      staleTokens[staleCount++] = watch.token;
    }
  }

  private void collect() {
    while (staleCount > 0 && count < eventsMax) {
      tell(staleTokens[--staleCount], READABLE | WRITABLE | PEER_CLOSED | HANGUP);
    }
    for (int left = changed.size(); left > 0 && count < eventsMax; left--) {
      Watch watch = changed.poll();
      watch.listed = false;
      if (!isWatched(watch)) {
        forget(watch);
        continue;
      }
      int bits = readinessOf(watch);
      if (bits != 0) {
        tell(watch.token, bits);
        if (kernel.strikes(Fault.SPURIOUS_EDGE, Call.POLL, watch.socket.state())) {
          watch.list();
        }
      }
    }
  }

  private void tell(long token, int bits) {
    tokens[count] = token;
    readiness[count++] = bits;
  }

  private static int readinessOf(Watch watch) {
    int bits = watch.socket.readiness();
    int told = bit(bits, Poll.IN, READABLE) | bit(bits, Poll.OUT, WRITABLE);
    told |= bit(bits, Poll.RDHUP, PEER_CLOSED);
    told &= watch.interest;
    return told | bit(bits, Poll.ERR, ERROR) | bit(bits, Poll.HUP, HANGUP);
  }

  private static int bit(int bits, int from, int to) {
    return (bits & from) != 0 ? to : 0;
  }

  @Override
  public long token(int index) {
    check(index);
    return tokens[index];
  }

  @Override
  public int readiness(int index) {
    check(index);
    return readiness[index];
  }

  private void check(int index) {
    if (index < 0 || index >= count) {
      throw kernel.violated("looks at event " + index + " of " + count);
    }
  }

  @Override
  public void wakeup() {
    woken = true;
  }

  @Override
  public void close() {
    closed = true;
    count = 0;
    Arrays.fill(tokens, RESERVED_TOKEN);
  }
}
