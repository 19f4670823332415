package dev.zloop.core.restricted;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.edge.Acceptor;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.Clock;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.core.transport.CompletionIo;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Syscalls;
import dev.zloop.nativereactor.sys.UringConstants;
import dev.zloop.nativereactor.sys.UringSyscalls;
import dev.zloop.nativereactor.uring.UringCompletor;
import dev.zloop.nativereactor.uring.UringOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * A program of its own, for {@link RestrictedEnvironmentsTest}: gives up what it is told to, then
 * echoes over a loop, wakes it and waits for its timer, and says how that went.
 */
final class RestrictedEcho {
  private static final Executor NO_BLOCKING_WORK = Runnable::run;
  private static final long RECEIVE_BYTES = 1 << 20;
  private static final int BUFFER_RING_FLAGS = 14;

  private RestrictedEcho() {}

  public static void main(String[] restrictions) throws Exception {
    ZLoop loop;
    try {
      loop = restricted(List.of(restrictions));
    } catch (UnsupportedOperationException | UncheckedIOException e) {
      System.out.println("refused: " + e.getMessage());
      return;
    }
    loop.start();
    wake(loop);
    echo((EventLoop) loop);
    loop.close();
    loop.onClosed().toCompletableFuture().join();
    System.out.println("works on " + loop.backend());
  }

  private static ZLoop restricted(List<String> restrictions) {
    forbid(restrictions);
    return restrictions.contains("incremental buffers")
        ? withPlainBuffers()
        : ZLoop.builder().build();
  }

  static void forbid(List<String> restrictions) {
    if (restrictions.contains("io_uring")) {
      Seccomp.forbid(Seccomp.IO_URING);
    }
    if (restrictions.contains("eventfd")) {
      Seccomp.forbid(Seccomp.EVENTFD);
    }
  }

  /**
   * No filter can refuse what a flag behind a pointer asks for: here the call itself is another.
   */
  private static ZLoop withPlainBuffers() {
    UringSyscalls real = LinuxUringSyscalls.open();
    UringSyscalls plain =
        (UringSyscalls)
            Proxy.newProxyInstance(
                RestrictedEcho.class.getClassLoader(),
                new Class<?>[] {UringSyscalls.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("register") && asksForIncremental(arguments)) {
                    return -Errno.EINVAL;
                  }
                  try {
                    return method.invoke(real, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    int buffers = CompletionIo.buffersMax(RECEIVE_BYTES);
    UringCompletor completor = UringCompletor.open(new UringOptions(64, 256, buffers), plain);
    System.out.println("incremental: " + completor.consumesIncrementally());
    return new EventLoop(
        new EventLoop.Parts(
            "plain",
            Backend.IO_URING,
            new CompletionIo(completor, Syscalls.open(), RECEIVE_BYTES),
            Clock.SYSTEM,
            LoopThread.FACTORY,
            NO_BLOCKING_WORK,
            EventLoop::logError));
  }

  private static boolean asksForIncremental(Object[] arguments) {
    return (int) arguments[1] == UringConstants.IORING_REGISTER_PBUF_RING
        && Memory.getShort((long) arguments[2] + BUFFER_RING_FLAGS)
            == UringConstants.IOU_PBUF_RING_INC;
  }

  /** Each task finds the loop asleep, or about to be; the timer is what it slept for. */
  private static void wake(ZLoop loop) throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      CountDownLatch done = new CountDownLatch(1);
      loop.execute(done::countDown);
      done.await();
    }
    CountDownLatch due = new CountDownLatch(1);
    loop.execute(() -> loop.schedule(due::countDown, Duration.ofMillis(1)));
    due.await();
  }

  private static void echo(EventLoop loop) throws Exception {
    CompletableFuture<Acceptor> bound = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        bound.complete(
            Acceptor.open(
                loop,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                SocketOptions.DEFAULT,
                new EchoServer(loop)));
      } catch (IOException e) {
        bound.completeExceptionally(e);
      }
    });
    InetSocketAddress address = (InetSocketAddress) bound.get().localAddress();
    byte[] sent = new byte[300_000];
    new Random(1).nextBytes(sent);
    for (int connection = 0; connection < 3; connection++) {
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        Thread sender = Thread.startVirtualThread(() -> send(socket, sent));
        byte[] received = socket.getInputStream().readNBytes(sent.length);
        sender.join();
        if (!Arrays.equals(sent, received)) {
          throw new AssertionError("what was echoed is not what was sent");
        }
      }
    }
  }

  private static void send(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record EchoServer(EventLoop loop) implements Acceptor.Handler {
    @Override
    public void onAccepted(int fd) {
      try {
        Transport.open(loop, fd, TransportOptions.DEFAULT, Echo::new).startReading();
      } catch (NativeIoException e) {
        Sockets.close(loop, fd);
        loop.report(e);
      }
    }

    @Override
    public void onClosed() {}
  }

  private record Echo(Transport transport) implements TransportHandler {
    @Override
    public void onReceived(Lease lease) {
      transport.write(lease.address(), lease.length(), lease);
      transport.flush();
      if (!transport.isWritable()) {
        transport.stopReading();
      }
    }

    @Override
    public void onWritable() {
      transport.startReading();
    }

    @Override
    public void onReleased(Object owner) {
      ((Lease) owner).release();
    }

    @Override
    public void onInputEnd() {
      transport.close();
    }

    @Override
    public void onBroken(NativeIoException cause) {
      transport.abort();
    }

    @Override
    public void onClosed(IOException cause) {}
  }
}
