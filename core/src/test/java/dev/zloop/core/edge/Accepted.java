package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What an acceptor told. */
class Accepted implements Acceptor.Handler {
  final LinkedBlockingQueue<Integer> fds = new LinkedBlockingQueue<>();
  final List<NativeIoException> pauses = new CopyOnWriteArrayList<>();
  final List<Duration> backOffs = new CopyOnWriteArrayList<>();
  final AtomicInteger timesClosed = new AtomicInteger();

  @Override
  public void onAccepted(int fd) {
    fds.add(fd);
  }

  @Override
  public void onPaused(NativeIoException cause, Duration backOff) {
    pauses.add(cause);
    backOffs.add(backOff);
  }

  @Override
  public void onClosed() {
    timesClosed.incrementAndGet();
  }

  /** The next descriptor, once there is one. */
  int next() throws InterruptedException {
    Integer fd = fds.poll(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (fd == null) {
      throw new AssertionError("nothing was accepted");
    }
    return fd;
  }

  void awaitClosed() {
    Waiting.until(() -> timesClosed.get() > 0);
  }

  /** Closes what was accepted and not asked for. On the loop's thread. */
  void closeAll(EventLoop loop) {
    var left = new ArrayList<Integer>();
    fds.drainTo(left);
    left.forEach(fd -> Sockets.close(loop, fd));
  }
}
