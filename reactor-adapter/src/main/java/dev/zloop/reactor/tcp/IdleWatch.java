package dev.zloop.reactor.tcp;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.tcp.IdleTimeoutException.Kind;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongUnaryOperator;

/**
 * How long a connection has been silent, and what is to happen then. For the loop's thread.
 *
 * <p>What happens on the connection is a number to remember, and no timer to move: a timer that
 * expires finds out how long the silence really is, and sets itself anew for the rest.
 */
final class IdleWatch {
  private final TcpConnection connection;

  /** Empty as long as nobody minds silence: then the times are not kept. */
  private final List<Alarm> alarms = new ArrayList<>(0);

  private Alarm onRead;
  private Alarm onWrite;

  /** When something arrived last, or this began. */
  private long receivedNanos;

  /** Since when the connection has read, what it does or does not. */
  private boolean reading;

  private long readingNanos;
  private boolean inputEnded;

  /** When the kernel took something last, or this began; and how much it had by then. */
  private long sentNanos;

  private long sentBytes;

  /** Since when there has been something for it to take. */
  private long queuedNanos;

  private boolean outputEnded;

  /** What is queued will never be taken. */
  private boolean outputBroken;

  /** The connection is agreeing on keys, which has a timeout of its own. */
  private boolean paused;

  private boolean stopped;

  IdleWatch(TcpConnection connection) {
    this.connection = connection;
  }

  private EventLoop loop() {
    return connection.loop();
  }

  private boolean isOff() {
    return alarms.isEmpty();
  }

  private void beginAnew() {
    long now = loop().nanoTime();
    receivedNanos = now;
    readingNanos = now;
    sentNanos = now;
    queuedNanos = now;
    sentBytes = connection.sentBytes();
  }

  // ---- what is to happen

  void abortAfter(IdleTimeouts timeouts) {
    if (timeouts.read() != null) {
      add(timeouts.read(), this::unansweredNanos, () -> abort(Kind.READ, timeouts.read()));
    }
    if (timeouts.write() != null) {
      add(timeouts.write(), this::stuckNanos, () -> abort(Kind.WRITE, timeouts.write()));
    }
    if (timeouts.both() != null) {
      add(timeouts.both(), this::silentNanos, () -> abort(Kind.BOTH, timeouts.both()));
    }
  }

  private void abort(Kind kind, Duration timeout) {
    String silence =
        switch (kind) {
          case READ -> "nothing arrived, although it was asked for: readIdleTimeout";
          case WRITE ->
              "the peer took none of the "
                  + (connection.writtenBytes() - connection.sentBytes())
                  + " bytes that wait for it: writeIdleTimeout";
          case BOTH -> "nothing arrived, and nothing was sent: idleTimeout";
        };
    connection.abortNow(
        new IdleTimeoutException(
            connection + " was aborted, because for " + timeout.toMillis() + " ms " + silence,
            kind,
            timeout));
  }

  void onRead(Duration silence, Runnable action) {
    remove(onRead);
    onRead = add(silence, now -> inputEnded ? 0 : now - receivedNanos, action);
  }

  void onWrite(Duration silence, Runnable action) {
    remove(onWrite);
    onWrite = add(silence, now -> outputEnded ? 0 : now - sentNanos, action);
  }

  /** One more; time counts from here on if it is the first. */
  private Alarm add(Duration after, LongUnaryOperator silence, Runnable action) {
    if (isOff()) {
      beginAnew();
    }
    Alarm alarm = new Alarm(nanosOf(after), silence, action);
    alarms.add(alarm);
    alarm.set(alarm.nanos);
    return alarm;
  }

  private void remove(Alarm alarm) {
    if (alarm != null) {
      alarm.cancel();
      alarms.remove(alarm);
    }
  }

  // ---- how long a silence there is

  /** Not the peer's silence, while nobody listens. */
  private long unansweredNanos(long now) {
    return reading && !inputEnded ? Math.min(now - receivedNanos, now - readingNanos) : 0;
  }

  private long stuckNanos(long now) {
    return !outputBroken && connection.writtenBytes() > connection.sentBytes()
        ? Math.min(now - sentNanos, now - queuedNanos)
        : 0;
  }

  private long silentNanos(long now) {
    return Math.min(now - receivedNanos, now - sentNanos);
  }

  // ---- what happens on the connection

  void readingStarted() {
    if (!reading) {
      reading = true;
      if (!isOff()) {
        readingNanos = loop().nanoTime();
      }
    }
  }

  void readingStopped() {
    reading = false;
  }

  /** A buffer without bytes, as of a TLS record without content, is silence. */
  void received(ByteBuf buffer) {
    if (!isOff() && buffer.isReadable()) {
      receivedNanos = loop().nanoTime();
    }
  }

  void inputEnded() {
    inputEnded = true;
  }

  /** Something is about to be written. */
  void writing() {
    if (!isOff() && connection.writtenBytes() == connection.sentBytes()) {
      queuedNanos = loop().nanoTime();
    }
  }

  /** The kernel may have taken something. */
  void sent() {
    if (!isOff() && connection.sentBytes() != sentBytes) {
      sentBytes = connection.sentBytes();
      sentNanos = loop().nanoTime();
    }
  }

  void outputEnded() {
    outputEnded = true;
  }

  void outputBroken() {
    outputBroken = true;
  }

  /** What a user wanted to be done, who is not there any more. */
  void forgetActions() {
    remove(onRead);
    remove(onWrite);
    onRead = null;
    onWrite = null;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    beginAnew();
  }

  /** For good. */
  void stop() {
    stopped = true;
    alarms.forEach(Alarm::cancel);
  }

  /** A silence that is waited for, again and again. */
  private final class Alarm {
    private final long nanos;
    private final LongUnaryOperator silence;
    private final Runnable action;
    private Timer timer;

    /**
     * @param silence how long, in nanoseconds up to a time, something has not happened that might
     *     have
     */
    Alarm(long nanos, LongUnaryOperator silence, Runnable action) {
      this.nanos = nanos;
      this.silence = silence;
      this.action = action;
    }

    void set(long delayNanos) {
      try {
        timer = stopped ? null : loop().schedule(this::look, delayNanos);
      } catch (RejectedExecutionException closing) {
        timer = null; // the connection is about to end
      }
    }

    private void look() {
      long left = paused ? nanos : nanos - silence.applyAsLong(loop().nanoTime());
      if (left > 0) {
        set(left);
      } else {
        set(nanos);
        action.run();
      }
    }

    void cancel() {
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  private static long nanosOf(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException ages) {
      return Long.MAX_VALUE;
    }
  }
}
