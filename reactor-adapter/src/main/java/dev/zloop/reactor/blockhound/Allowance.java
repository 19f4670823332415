package dev.zloop.reactor.blockhound;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import reactor.blockhound.BlockHound;

/**
 * Where a thread that must not block may: each for a reason, and in as little code as can be named.
 * A call of the kernel through the FFM API, and so a loop's own wait, is not among what BlockHound
 * sees, and needs none.
 */
enum Allowance {
  /**
   * A loop gives its blocking work, such as name resolution, to an executor. Where that is a thread
   * pool, other threads may hold the lock of its queue or of its set of workers, for a few
   * instructions. An executor that runs the work at once is still seen when that blocks.
   */
  HANDING_OVER("dev.zloop.core.loop.Offload", "handOver"),

  /**
   * Threads that are not Netty's share what its default allocator allocates from. When it makes
   * more of that for them, it waits until an allocation that goes on is done.
   */
  SHARING_THE_ALLOCATOR(
      "io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "tryExpandMagazines"),

  /** Netty reads a file when it is loaded, on whatever thread that happens. */
  LOADING_NETTY("io.netty.util.internal.PlatformDependent", "<clinit>"),

  /** What Netty's own loops wait in. We mark what they call there. */
  WAIT_OF_A_NETTY_LOOP("io.netty.channel.nio.NioIoHandler", "select"),

  /** Netty's resolver that asks the JDK does so on its loop, by design. We ask elsewhere. */
  NAMES_FOR_NETTY("io.netty.resolver.DefaultNameResolver", "doResolve", "doResolveAll"),

  /** Netty sends files on its loops, by design, as Reactor Netty does. We mark what they call. */
  SENDING_A_FILE("io.netty.channel.DefaultFileRegion", "open", "transferTo"),

  /** The same where the bytes are needed, as for TLS. */
  SENDING_A_FILE_IN_CHUNKS("io.netty.handler.stream.ChunkedNioFile", "readChunk"),

  /** And opens them there: in lambdas, which javac numbers. */
  OPENING_A_FILE_TO_SEND("reactor.netty.NettyOutbound", lambdas("sendFile", "sendFileChunked"));

  private final String type;
  private final String[] methods;

  Allowance(String type, String... methods) {
    this.type = type;
    this.methods = methods;
  }

  private static String[] lambdas(String... methods) {
    return Stream.of(methods)
        .flatMap(method -> IntStream.range(0, 10).mapToObj(i -> "lambda$" + method + "$" + i))
        .toArray(String[]::new);
  }

  private void applyTo(BlockHound.Builder builder) {
    for (String method : methods) {
      builder.allowBlockingCallsInside(type, method);
    }
  }

  static void applyAllTo(BlockHound.Builder builder) {
    for (Allowance allowance : values()) {
      allowance.applyTo(builder);
    }
    // What an executor does with work it has no place for is the user's, and may wait for a place.
    builder.disallowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "reject");
    builder.disallowBlockingCallsInside(HANDING_OVER.type + "$Work", "run");
  }
}
