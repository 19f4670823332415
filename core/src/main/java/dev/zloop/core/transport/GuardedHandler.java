package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import java.io.IOException;
import java.util.function.Consumer;

/** A user's handler, whose exceptions end its own transport and nothing else. */
final class GuardedHandler implements TransportHandler {
  private final TransportHandler handler;
  private final Consumer<Throwable> failed;

  GuardedHandler(TransportHandler handler, Consumer<Throwable> failed) {
    this.handler = handler;
    this.failed = failed;
  }

  @Override
  public void onReceived(Lease lease) {
    try {
      handler.onReceived(lease);
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  @Override
  public void onInputEnd() {
    try {
      handler.onInputEnd();
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  @Override
  public void onSent() {
    try {
      handler.onSent();
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  @Override
  public void onWritable() {
    try {
      handler.onWritable();
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  /** An owner may be null: nobody is to be told. */
  @Override
  public void onReleased(Object owner) {
    if (owner == null) {
      return;
    }
    try {
      handler.onReleased(owner);
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  @Override
  public void onBroken(NativeIoException cause) {
    try {
      handler.onBroken(cause);
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  /** Not guarded: a connection need not end because it cannot be described. */
  @Override
  public String describe() {
    return handler.describe();
  }

  @Override
  public void onClosed(IOException cause) {
    try {
      handler.onClosed(cause);
    } catch (Throwable error) {
      failed.accept(error);
    }
  }
}
