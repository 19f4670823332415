package dev.zloop.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;

/**
 * Netty's echo server on its native transports: {@code NettyEcho epoll|io_uring PORT [LOOPS]}. It
 * writes what it reads and flushes once a batch of reads, without promises. On io_uring it receives
 * from a ring of provided buffers, which is its fastest way.
 */
public final class NettyEcho {
  private static final short BUFFER_GROUP = 1;

  private NettyEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) throws InterruptedException {
    boolean ring = args[0].equals("io_uring");
    int port = Integer.parseInt(args[1]);
    int loops = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    IoHandlerFactory handlers = ring ? ringHandlers() : EpollIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        ring ? IoUringServerSocketChannel.class : EpollServerSocketChannel.class;
    ServerBootstrap server =
        new ServerBootstrap()
            .group(new MultiThreadIoEventLoopGroup(loops, handlers))
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Initializer());
    if (ring) {
      server.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
    }
    Channel channel = server.bind("127.0.0.1", port).sync().channel();
    System.out.println("echoing on " + channel.localAddress());
    channel.closeFuture().sync();
  }

  private static IoHandlerFactory ringHandlers() {
    return IoUringIoHandler.newFactory(
        new IoUringIoHandlerConfig()
            .setBufferRingConfig(
                IoUringBufferRingConfig.builder()
                    .bufferGroupId(BUFFER_GROUP)
                    .bufferRingSize((short) 64)
                    .batchSize(16)
                    .allocator(new IoUringAdaptiveBufferRingAllocator())
                    .build()));
  }

  private static final class Initializer extends ChannelInitializer<Channel> {

    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new Echo());
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
