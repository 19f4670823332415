package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import java.net.SocketAddress;
import java.util.Arrays;

/**
 * A machine of its own: its time, its network, its descriptors, and what goes wrong with them. All
 * of it follows from a seed. One thread uses it; nothing in it waits.
 */
public final class Kernel {
  /** The first descriptor: a process has its standard input and outputs below. */
  private static final int FIRST_FD = 3;

  private static final int FAULT_ONE = 1 << 30;
  private static final int TURN_NANOS = 1_000;
  private static final int SECOND_NANOS = 1_000_000_000;

  /** Whoever drives the loops, and with them the time. */
  public interface Driver {

    /** A loop that waits has the time to itself. */
    Driver NONE = new Driver() {};

    /** Whether a loop that waits may go on waiting; otherwise its wait ends early. */
    default boolean mayWait() {
      return true;
    }

    /**
     * Nothing is left to do at this time: does what others want to do.
     *
     * @return nanoseconds until others want to do something; {@link Long#MAX_VALUE} if never
     */
    default long idle() {
      return Long.MAX_VALUE;
    }

    /** Time is about to pass: a loop waits, and nobody has anything to do. */
    default void passing() {}

    /** A loop waits for ever, and nothing will happen that could end that; its wait ends. */
    default void stuck() {
      throw new AssertionError("a loop waits for ever: nothing will happen that could wake it");
    }
  }

  /** Something that waits, for an event or for a time. */
  interface Sleeper {
    boolean isReady();
  }

  final Dice dice;
  private final long seed;
  private final Rings rings;
  private final Agenda agenda = new Agenda();
  private final Coverage coverage = new Coverage();
  private final int[] thresholds = new int[Fault.values().length];
  private Driver driver = Driver.NONE;

  private long now;
  private int latencyMaxNanos = 200_000;
  private int bufferSizeMax = 64 << 10;
  private int bufferSizeMin = 16 << 10;

  private Socket[] descriptors = new Socket[64];
  private int[] closedInTurn = new int[64];
  private int turn;
  private int lowestFree = FIRST_FD;
  private int openDescriptors;
  private int descriptorMax = 1024;

  final Network network = new Network(this);
  private int sockets;
  private AssertionError violation;

  public Kernel(long seed) {
    this(seed, new Rings());
  }

  /**
   * A kernel that takes the memory of its connections from elsewhere.
   *
   * @param rings whose owner reclaims them when this kernel is not used any more
   */
  public Kernel(long seed, Rings rings) {
    this.seed = seed;
    this.rings = rings;
    dice = new Dice(seed);
    // Anywhere: nanoTime() has no origin, and may overflow.
    now = dice.onceIn(4) ? Long.MAX_VALUE - dice.below(SECOND_NANOS) : dice.next() >> 2;
  }

  public long seed() {
    return seed;
  }

  public Coverage coverage() {
    return coverage;
  }

  public void driveBy(Driver driver) {
    this.driver = driver;
  }

  // ---- faults

  public void setFaults(Faults faults) {
    for (Fault fault : Fault.values()) {
      thresholds[fault.ordinal()] = (int) (faults.probability(fault) * FAULT_ONE);
    }
  }

  /** Whether a fault strikes now; the dice fall only for those that can. */
  boolean strikes(Fault fault, Call call, SocketState state) {
    int threshold = thresholds[fault.ordinal()];
    if (threshold == 0 || (int) (dice.next() >>> 34) >= threshold) {
      return false;
    }
    coverage.count(fault, call, state);
    return true;
  }

  boolean strikes(Fault fault, Call call) {
    return strikes(fault, call, SocketState.NO_SOCKET);
  }

  /** Takes note of something that the caller has brought about. */
  public void count(Fault fault, Call call, SocketState state) {
    coverage.count(fault, call, state);
  }

  // ---- what must not happen

  /** What a loop did must not be done. */
  public AssertionError violated(String what) {
    AssertionError error = new AssertionError("seed " + seed + ": " + what);
    if (violation == null) {
      violation = error;
    }
    return error;
  }

  /** Throws what was violated, if anything was. */
  public void check() {
    if (violation != null) {
      throw violation;
    }
  }

  // ---- time

  public long nanoTime() {
    return now;
  }

  public void setLatencyMax(int nanos) {
    latencyMaxNanos = nanos;
  }

  long latency(Socket socket) {
    if (latencyMaxNanos == 0) {
      return 0;
    }
    long latency = 1 + dice.below(latencyMaxNanos);
    if (thresholds[Fault.LATE_PACKET.ordinal()] > 0
        && strikes(Fault.LATE_PACKET, Call.SEND, socket.state())) {
      latency += (long) dice.between(1, 5) * SECOND_NANOS;
    }
    return latency;
  }

  void later(long nanos, Agenda.Event event, int what) {
    agenda.add(now + nanos, event, what);
  }

  /** Lets happen what is due. */
  void happen() {
    while (!agenda.isEmpty() && agenda.nextTime() - now <= 0) {
      agenda.happen();
    }
  }

  /** Whether anything at all is still to happen by itself. */
  public boolean hasPlans() {
    return !agenda.isEmpty();
  }

  /** Lets time pass, and happen what is due meanwhile. */
  public void pass(long nanos) {
    long until = now + nanos;
    while (!agenda.isEmpty() && agenda.nextTime() - until <= 0) {
      advance(agenda.nextTime());
      agenda.happen();
    }
    now = until;
  }

  /** Lets time pass until something happens; there is something to. */
  public void passToNext() {
    pass(Math.max(0, agenda.nextTime() - now));
  }

  private void advance(long time) {
    if (time - now > 0) {
      now = time;
    }
  }

  /**
   * Waits as a system call does: until the sleeper is ready, or the time has passed.
   *
   * @param timeoutNanos negative: for ever
   */
  void sleep(Sleeper sleeper, long timeoutNanos, Call call) {
    long deadline = now + Math.min(timeoutNanos, Long.MAX_VALUE >> 1);
    happen();
    while (!sleeper.isReady() && driver.mayWait()) {
      long others = driver.idle();
      if (sleeper.isReady() || !driver.mayWait()) {
        return;
      }
      long wait = timeoutNanos < 0 ? Long.MAX_VALUE : deadline - now;
      if (wait <= 0) {
        return;
      }
      if (!agenda.isEmpty()) {
        wait = Math.min(wait, Math.max(0, agenda.nextTime() - now));
      }
      wait = Math.min(wait, others);
      if (wait == Long.MAX_VALUE) {
        driver.stuck();
        return;
      }
      driver.passing();
      if (wait > 0 && strikes(Fault.CLOCK_JUMP, call)) {
        wait += (long) dice.between(1, 100) * SECOND_NANOS;
      }
      now += wait;
      happen();
    }
  }

  // ---- descriptors

  /** At most so many descriptors are open at a time. */
  public void setDescriptorMax(int max) {
    descriptorMax = max;
  }

  public int openDescriptors() {
    return openDescriptors;
  }

  /** The sockets that have descriptors, for messages. */
  public String openSockets() {
    return Arrays.stream(descriptors).filter(socket -> socket != null).toList().toString();
  }

  boolean hasDescriptor() {
    return openDescriptors < descriptorMax;
  }

  /**
   * A turn of a loop begins: a descriptor that was closed before is not "just closed" any more. It
   * takes a little time, as everything does: who tries again and again sees time pass.
   */
  void beginTurn() {
    turn++;
    now += TURN_NANOS;
  }

  /** Gives a socket the lowest free number. */
  int install(Socket socket, Call call) {
    int fd = lowestFree;
    if (fd >= descriptors.length) {
      descriptors = Arrays.copyOf(descriptors, fd * 2);
      closedInTurn = Arrays.copyOf(closedInTurn, fd * 2);
    }
    if (closedInTurn[fd] == turn && turn != 0) {
      coverage.count(Fault.DESCRIPTOR_REUSED, call, socket.state());
    }
    descriptors[fd] = socket;
    socket.fd = fd;
    openDescriptors++;
    do {
      lowestFree++;
    } while (lowestFree < descriptors.length && descriptors[lowestFree] != null);
    return fd;
  }

  /** The socket of a descriptor that must be open. */
  Socket socket(int fd, Call call) {
    Socket socket = fd >= 0 && fd < descriptors.length ? descriptors[fd] : null;
    if (socket == null) {
      throw violated(call + " on fd " + fd + ", which is not open");
    }
    return socket;
  }

  /** The socket of a descriptor, or null: for whoever looks from outside. */
  public Socket find(int fd) {
    return fd >= 0 && fd < descriptors.length ? descriptors[fd] : null;
  }

  void release(int fd) {
    Socket socket = descriptors[fd];
    if (socket.operationsInFlight > 0) {
      throw violated(
          "close of fd " + fd + " with " + socket.operationsInFlight + " operations in flight");
    }
    descriptors[fd] = null;
    closedInTurn[fd] = turn;
    openDescriptors--;
    lowestFree = Math.min(lowestFree, fd);
    socket.close();
  }

  // ---- the network

  int nextSocketNumber() {
    return sockets++;
  }

  /** Sockets get buffers of sizes between these, unless they ask for others. */
  public void setBufferSizes(int min, int max) {
    bufferSizeMin = min;
    bufferSizeMax = max;
  }

  int bufferSize() {
    return bufferSizeMin == bufferSizeMax
        ? bufferSizeMin
        : dice.between(bufferSizeMin, bufferSizeMax);
  }

  int bufferSizeMax() {
    return Math.max(bufferSizeMax, 1 << 20);
  }

  byte[] takeRing(int bytes) {
    return rings.take(bytes);
  }

  /** Removes the file of a Unix path, as unlink(2). */
  public void unlink(SocketAddress path) {
    network.unlink(path);
  }

  boolean losesSyn(Socket socket) {
    return strikes(Fault.LATE_PACKET, Call.CONNECT, socket.state());
  }

  // ---- outside peers

  /** A socket without a descriptor, for a peer outside. */
  public Socket outside(boolean unix) {
    return new Socket(this, unix);
  }

  /** Binds and listens for a peer outside. */
  public void listen(Socket socket, SocketAddress address, int backlog) {
    check("bind", socket.bind(address));
    check("listen", socket.listen(backlog));
  }

  /** Begins to connect for a peer outside. */
  public void connect(Socket socket, SocketAddress address) {
    int result = socket.connect(address);
    if (result < 0 && result != -Errno.EINPROGRESS) {
      socket.breakOff(-result);
    }
  }

  private void check(String call, int result) {
    if (result < 0) {
      throw new IllegalStateException(call + ": " + Errno.name(-result));
    }
  }
}
