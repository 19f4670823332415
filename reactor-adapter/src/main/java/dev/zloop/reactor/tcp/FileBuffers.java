package dev.zloop.reactor.tcp;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.stream.FileLease;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * A file's bytes, read on a loop's executor as they are requested: where handlers have to see them,
 * and the kernel cannot send them by itself. For one subscriber.
 *
 * <p>The count of what is requested makes one task at a time read: whoever raises it from zero
 * starts one. Once the file is released it stays above zero.
 */
final class FileBuffers extends Flux<ByteBuf> implements Subscription, Runnable {
  /** Two records of TLS. */
  static final int BUFFER_BYTES = 32 << 10;

  private static final AtomicLongFieldUpdater<FileBuffers> REQUESTED =
      AtomicLongFieldUpdater.newUpdater(FileBuffers.class, "requested");

  private final FileLease file;
  private final EventLoop loop;
  private CoreSubscriber<? super ByteBuf> actual;

  private volatile long requested;
  private volatile boolean cancelled;

  /** Of the task that reads. */
  private long readBytes;

  /** Takes the file. */
  FileBuffers(FileLease file, EventLoop loop) {
    this.file = file;
    this.loop = loop;
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> subscriber) {
    actual = subscriber;
    subscriber.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    if (Operators.validate(n) && Operators.addCap(REQUESTED, this, n) == 0) {
      start();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (REQUESTED.getAndIncrement(this) == 0) {
      file.release(); // nobody reads it now, and nobody will
    }
  }

  private void start() {
    try {
      loop.offload(this);
    } catch (RejectedExecutionException refused) {
      IOException failure = failure(refused);
      file.release();
      actual.onError(failure);
    }
  }

  /** Where part of the file is on its way, what follows would be taken for its rest. */
  private IOException failure(RejectedExecutionException refused) {
    String path = file.part().path().toString();
    if (readBytes == 0) {
      return new IOException(path + " was not sent: " + refused.getMessage(), refused);
    }
    FileSystemException failure = new FileSystemException(path, null, refused.getMessage());
    failure.initCause(refused);
    return failure;
  }

  /** Reads what is requested. */
  @Override
  public void run() {
    long wanted = requested;
    do {
      for (long i = 0; i < wanted; i++) {
        if (cancelled || !emitNext()) {
          file.release();
          return;
        }
      }
      wanted = REQUESTED.addAndGet(this, -wanted);
    } while (wanted != 0);
  }

  /** Whether there is more. */
  private boolean emitNext() {
    long left = file.part().length() - readBytes;
    if (left > 0) {
      ByteBuf buffer;
      try {
        buffer = read((int) Math.min(left, BUFFER_BYTES));
      } catch (Throwable error) {
        actual.onError(error);
        return false;
      }
      actual.onNext(buffer);
      left = file.part().length() - readBytes;
    }
    if (left == 0) {
      actual.onComplete();
    }
    return left > 0;
  }

  private ByteBuf read(int bytes) throws IOException {
    ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes);
    try {
      int read = file.part().read(readBytes, buffer.internalNioBuffer(0, bytes));
      readBytes += read;
      return buffer.writerIndex(read);
    } catch (Throwable error) {
      buffer.release();
      throw error;
    }
  }
}
