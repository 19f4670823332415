package dev.zloop.reactor.tcp;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.edge.FilePart;
import dev.zloop.core.loop.Abandonable;
import dev.zloop.reactor.stream.FileLease;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A file being sent. The loop's executor opens it; then the transport gets it in pieces, as its
 * queue has room, for the kernel to send. Where handlers are between, such as TLS, its bytes are
 * read by {@link FileBuffers} and sent by a {@link Sender}.
 */
final class FileSender implements Subscription, Sending {
  /** What is queued when its subscriber cancels is still sent: this, at the most, and a queue. */
  static final int PIECE_BYTES = 256 << 10;

  /** After so much it is the others' turn. */
  private static final int BYTES_PER_TURN_MAX = 1 << 20;

  /** What is to be sent, and how. */
  record Order(Path path, long position, long count, boolean chunked) {

    Mono<Void> on(TcpConnection connection) {
      return new Mono<>() {
        @Override
        public void subscribe(CoreSubscriber<? super Void> actual) {
          new FileSender(connection, Order.this, actual).begin();
        }
      };
    }
  }

  private final TcpConnection connection;
  private final Order order;
  private final CoreSubscriber<? super Void> actual;

  private volatile boolean cancelled;

  // The rest belongs to the loop's thread.

  /** Null before it is open, and where another sender has it. */
  private FileLease file;

  /** The sender of what is read from the file; or null. */
  private Subscription reading;

  private long writtenBytes;
  private boolean turnDue;

  /** Where in the connection's output the file's last byte stands; -1 if not known. */
  private long endPosition = -1;

  /** The last signal was given, or will not be. */
  private boolean ended;

  private FileSender(TcpConnection connection, Order order, CoreSubscriber<? super Void> actual) {
    this.connection = connection;
    this.order = order;
    this.actual = actual;
  }

  private void begin() {
    actual.onSubscribe(this);
    connection.runOnLoop(this::start, closed -> tellFailure(connection.closedException(closed)));
  }

  /** From here on the connection is being sent on, and tells this its end. */
  private void start() {
    if (cancelled || !connection.add(this)) {
      return;
    }
    try {
      connection.loop().offload(this::open);
    } catch (RejectedExecutionException refused) {
      fail(new IOException("sending " + order.path + ": " + refused.getMessage(), refused));
    }
  }

  /** On the executor. */
  private void open() {
    try {
      FilePart part = FilePart.open(order.path, order.position, order.count);
      FileLease opened = new FileLease(part, connection.loop());
      connection.runOnLoop(new Opened(this, opened), closed -> opened.release());
    } catch (Throwable error) {
      connection.runOnLoop(() -> fail(error));
    }
  }

  /** An open file on its way to the loop, which may end before it gets there. */
  private record Opened(FileSender sender, FileLease file) implements Abandonable {
    @Override
    public void run() {
      sender.onOpened(file);
    }

    @Override
    public void abandon() {
      file.release();
    }
  }

  private void onOpened(FileLease opened) {
    if (ended) {
      opened.release();
    } else if (order.chunked || !connection.stream().sendsFiles()) {
      Sender.subscribe(new FileBuffers(opened, connection.loop()), null, connection, new Reading());
      ended = true; // by now that sender is being sent
      connection.remove(this);
    } else {
      file = opened;
      requestMore();
    }
  }

  // ---- by the kernel

  @Override
  public void requestMore() {
    if (turnDue || file == null) {
      return;
    }
    long budget = BYTES_PER_TURN_MAX;
    while (!ended && leftBytes() > 0 && connection.stream().isWritable()) {
      if (budget <= 0) {
        turnDue = true;
        connection.loop().defer(this::goOn);
        return;
      }
      long bytes = Math.min(leftBytes(), PIECE_BYTES);
      connection.writeFile(file.retain(), writtenBytes, bytes);
      writtenBytes += bytes;
      budget -= bytes;
      connection.flush();
    }
    if (!ended && leftBytes() == 0 && endPosition < 0) {
      endPosition = connection.writtenBytes();
      completeIfSent();
    }
  }

  private void goOn() {
    turnDue = false;
    requestMore();
  }

  private long leftBytes() {
    return file.part().length() - writtenBytes;
  }

  @Override
  public void completeIfSent() {
    if (!ended && endPosition >= 0 && connection.sentBytes() >= endPosition) {
      end();
      if (!cancelled) {
        actual.onComplete();
      }
    }
  }

  @Override
  public void fail(Throwable cause) {
    if (!ended) {
      end();
      tellFailure(hasShrunk(cause) ? shrunk(cause) : cause);
    }
  }

  /** Whether that is why the connection broke. Only the transport meets the end of a file. */
  private boolean hasShrunk(Throwable cause) {
    return file != null
        && cause.getCause() instanceof NativeIoException broken
        && broken.errnoName().equals("EIO")
        && broken.operation().contains("of file fd " + file.part().fd() + " ");
  }

  private FileSystemException shrunk(Throwable cause) {
    FileSystemException failure = file.part().hasShrunk();
    failure.initCause(cause);
    return failure;
  }

  private void end() {
    ended = true;
    connection.remove(this);
    if (file != null) {
      file.release();
    }
  }

  private void tellFailure(Throwable error) {
    if (!cancelled) {
      actual.onError(error);
    }
  }

  // ---- by reading it

  /** Hears of the sender that has the file. */
  private final class Reading implements CoreSubscriber<Void> {
    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      reading = subscription;
    }

    @Override
    public void onNext(Void never) {}

    @Override
    public void onError(Throwable error) {
      if (error instanceof FileSystemException) {
        // The peer is not to take what comes next for the rest of the file.
        connection.abortNow(new IOException("sending " + order.path + " failed", error));
      }
      actual.onError(error);
    }

    @Override
    public void onComplete() {
      actual.onComplete();
    }
  }

  // ---- from downstream, on any thread

  @Override
  public void request(long n) {
    Operators.validate(n); // a Mono<Void> has nothing to give
  }

  @Override
  public void cancel() {
    cancelled = true;
    connection.runOnLoop(this::cancelNow);
  }

  private void cancelNow() {
    if (reading != null) {
      reading.cancel();
    } else if (!ended) {
      end();
    }
  }
}
