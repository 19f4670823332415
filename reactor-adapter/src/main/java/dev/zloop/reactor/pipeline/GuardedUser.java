package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.stream.ByteStreamUser;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A user whose exceptions end its own stream and nothing else, as they do on a transport; and go
 * past the handlers, whose failure they are not.
 */
final class GuardedUser implements ByteStreamUser {
  private final ByteStreamUser user;
  private final Consumer<Throwable> failed;

  GuardedUser(ByteStreamUser user, Consumer<Throwable> failed) {
    this.user = user;
    this.failed = failed;
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    try {
      user.onReceived(buffer);
    } catch (Throwable error) {
      failed.accept(error);
    }
  }

  @Override
  public void onInputEnd(IOException failure) {
    guard(() -> user.onInputEnd(failure));
  }

  @Override
  public void onWritable() {
    guard(user::onWritable);
  }

  @Override
  public void onSent() {
    guard(user::onSent);
  }

  @Override
  public boolean onBroken(IOException cause) {
    try {
      return user.onBroken(cause);
    } catch (Throwable error) {
      failed.accept(error);
      return false;
    }
  }

  @Override
  public void onClosed(IOException cause) {
    guard(() -> user.onClosed(cause));
  }

  private void guard(Runnable call) {
    try {
      call.run();
    } catch (Throwable error) {
      failed.accept(error);
    }
  }
}
