package dev.zloop.reactor.blockhound;

import java.util.List;
import reactor.blockhound.BlockHound;

/** What blocks, and BlockHound does not know of by itself. */
final class BlockingCalls {
  /** A method, by the names that class files have for its class, itself and its types. */
  record Call(String type, String method, String descriptor) {}

  private static final String REACHABLE = "(Ljava/net/InetAddress;ILjava/net/NetworkInterface;I)Z";

  /**
   * Of the JDK, where it comes down to a method that is called whenever there may be a wait, and
   * only then.
   */
  static final List<Call> OF_THE_JDK =
      List.of(
          // Names looked up, also in its cache; not what is an address already. BlockHound cannot
          // change InetAddress itself, which is sealed: it would print a stack trace instead.
          new Call("java/net/InetAddress$NameServiceAddresses", "get", "()[Ljava/net/InetAddress;"),
          new Call("java/net/InetAddress$CachedLookup", "get", "()[Ljava/net/InetAddress;"),
          new Call(
              "java/net/InetAddress$PlatformResolver", "lookupByAddress", "([B)Ljava/lang/String;"),
          new Call("java/net/Inet4AddressImpl", "isReachable", REACHABLE),
          new Call("java/net/Inet6AddressImpl", "isReachable", REACHABLE),

          // Files are opened.
          new Call("java/io/FileInputStream", "open0", "(Ljava/lang/String;)V"),
          new Call("java/io/FileOutputStream", "open0", "(Ljava/lang/String;Z)V"),
          new Call("java/io/RandomAccessFile", "open0", "(Ljava/lang/String;I)V"),
          new Call("sun/nio/fs/UnixNativeDispatcher", "open0", "(JII)I"),

          // And used; what is in java.io BlockHound knows.
          new Call("sun/nio/ch/FileChannelImpl", "read", "(Ljava/nio/ByteBuffer;)I"),
          new Call("sun/nio/ch/FileChannelImpl", "read", "(Ljava/nio/ByteBuffer;J)I"),
          new Call("sun/nio/ch/FileChannelImpl", "read", "([Ljava/nio/ByteBuffer;II)J"),
          new Call("sun/nio/ch/FileChannelImpl", "write", "(Ljava/nio/ByteBuffer;)I"),
          new Call("sun/nio/ch/FileChannelImpl", "write", "(Ljava/nio/ByteBuffer;J)I"),
          new Call("sun/nio/ch/FileChannelImpl", "write", "([Ljava/nio/ByteBuffer;II)J"),
          new Call("sun/nio/ch/FileChannelImpl", "force", "(Z)V"),
          new Call(
              "sun/nio/ch/FileChannelImpl",
              "transferTo",
              "(JJLjava/nio/channels/WritableByteChannel;)J"),
          new Call(
              "sun/nio/ch/FileChannelImpl",
              "transferFrom",
              "(Ljava/nio/channels/ReadableByteChannel;JJ)J"),
          new Call("sun/nio/ch/FileChannelImpl", "truncate", "(J)Ljava/nio/channels/FileChannel;"),
          new Call("sun/nio/ch/FileChannelImpl", "lock", "(JJZ)Ljava/nio/channels/FileLock;"),

          // Every other channel of the JDK in blocking mode says by this that it may wait.
          new Call("java/nio/channels/spi/AbstractInterruptibleChannel", "begin", "()V"),
          new Call("sun/nio/ch/SelectorImpl", "select", "()I"),
          new Call("sun/nio/ch/SelectorImpl", "select", "(J)I"),
          new Call("sun/nio/ch/SelectorImpl", "select", "(Ljava/util/function/Consumer;)I"),
          new Call("sun/nio/ch/SelectorImpl", "select", "(Ljava/util/function/Consumer;J)I"),
          new Call("java/lang/Thread", "join", "(J)V"));

  /**
   * Our own, so that the report names what the user called, and nothing has begun by then. Those
   * without a timeout call these. By name, so that no class is loaded before it is used.
   */
  static final List<Call> OUR_OWN =
      List.of(
          now("tcp/TcpServer", "bindNow", "tcp/DisposableServer"),
          now("tcp/TcpClient", "connectNow", "tcp/Connection"),
          now("tcp/DisposableServer", "disposeNow", null),
          now("tcp/Connection", "disposeNow", null),
          now("udp/UdpServer", "bindNow", "udp/UdpConnection"),
          now("udp/UdpClient", "connectNow", "udp/UdpConnection"),
          now("udp/UdpConnection", "disposeNow", null));

  private BlockingCalls() {}

  private static Call now(String type, String method, String returned) {
    String result = returned == null ? "V" : "L" + "dev/zloop/reactor/" + returned + ";";
    return new Call("dev/zloop/reactor/" + type, method, "(Ljava/time/Duration;)" + result);
  }

  static void markAllFor(BlockHound.Builder builder) {
    OF_THE_JDK.forEach(call -> mark(builder, call));
    OUR_OWN.forEach(call -> mark(builder, call));
  }

  private static void mark(BlockHound.Builder builder, Call call) {
    builder.markAsBlocking(call.type(), call.method(), call.descriptor());
  }
}
