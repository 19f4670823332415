package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Region;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A handler that notes what it is told and holds the transport to what is true of every life: no
 * callback within a call, nothing after the end, each owner released once. A test says what else
 * happens in a callback.
 */
public final class Recorder implements TransportHandler {
  private static final Runnable NOTHING = () -> {};

  /** What was told, but for received bytes and released owners. */
  public final List<String> told = new ArrayList<>();

  final List<Object> released = new ArrayList<>();

  /** How many bytes of the pattern were received. */
  public long received;

  /** What was received and not released, when {@link #retain} is set. */
  final List<Lease> retained = new ArrayList<>();

  public boolean retain;
  public boolean closed;
  IOException cause;
  NativeIoException broken;

  public Runnable onReceived = NOTHING;
  public Runnable onInputEnd = NOTHING;
  public Runnable onWritable = NOTHING;
  public Runnable onSent = NOTHING;
  public Runnable onReleased = NOTHING;
  public Runnable onBroken = NOTHING;
  public Runnable onClosed = NOTHING;

  /** Set while a test calls the transport. */
  private int calls;

  /** Calls the transport: within, nothing may be told but releases. */
  void within(Runnable call) {
    calls++;
    try {
      call.run();
    } finally {
      calls--;
    }
  }

  private void tell(String what, Runnable then) {
    if (calls > 0) {
      throw new AssertionError(what + " was told within a call");
    }
    if (closed) {
      throw new AssertionError(what + " was told after the end");
    }
    if (!what.isEmpty()) {
      told.add(what);
    }
    within(then);
  }

  @Override
  public void onReceived(Lease lease) {
    try {
      Pattern.check(lease.buffer(), lease.offset(), lease.length(), received);
      received += lease.length();
    } finally {
      if (retain) {
        retained.add(lease);
      } else {
        lease.release();
      }
    }
    tell("", onReceived);
  }

  @Override
  public void onInputEnd() {
    tell("inputEnd", onInputEnd);
  }

  @Override
  public void onWritable() {
    tell("writable", onWritable);
  }

  @Override
  public void onSent() {
    tell("", onSent);
  }

  @Override
  public void onReleased(Object owner) {
    if (released.contains(owner)) {
      throw new AssertionError(owner + " was released twice");
    }
    released.add(owner);
    if (owner instanceof Region memory) {
      // Whoever still sends from it is found out.
      MemorySegment.ofBuffer(memory.view()).fill((byte) 0x55);
    }
    onReleased.run();
  }

  @Override
  public void onBroken(NativeIoException cause) {
    broken = cause;
    tell("broken", onBroken);
  }

  @Override
  public void onClosed(IOException cause) {
    this.cause = cause;
    tell("closed", onClosed);
    closed = true;
  }

  /** The name of the errno that ended it, or null. */
  String errno() {
    return cause instanceof NativeIoException e ? e.errnoName() : null;
  }
}
