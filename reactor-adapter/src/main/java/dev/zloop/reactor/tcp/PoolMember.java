package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * A connection of a pool. While it is idle somebody reads it: a peer that ends it, or says
 * something unasked, is noticed then, and the connection closed.
 */
final class PoolMember {
  private final TcpConnection connection;

  /** Of the connection's loop; null while somebody has the connection. */
  private Watch watch;

  PoolMember(Connection connection) {
    this.connection = (TcpConnection) connection;
  }

  Connection connection() {
    return connection;
  }

  /** From any thread: a no is for ever, a yes may be outdated. */
  boolean isAlive() {
    return !connection.isDisposed();
  }

  /** Nobody has it from here on. Completes when it can be told whether it is alive. */
  Mono<Void> putIn() {
    return Mono.create(sink ->
        connection.runOnLoop(
            () -> {
              watchNow();
              sink.success();
            },
            closed -> sink.success()));
  }

  private void watchNow() {
    connection.forgetUser();
    if (connection.isAtRest()) {
      watch = new Watch();
      connection.receive().subscribe(watch);
    } else {
      connection.dispose();
    }
  }

  /** Somebody is to have it. Tells on its loop, which knows all there is to know, if it lives. */
  Mono<Boolean> takeOut() {
    return Mono.create(sink ->
        connection.runOnLoop(
            () -> {
              if (watch != null) {
                watch.cancel();
                watch = null;
              }
              sink.success(isAlive());
            },
            closed -> sink.success(false)));
  }

  /** Sees what an idle connection should not bring. */
  private final class Watch extends BaseSubscriber<ByteBuf> {
    @Override
    protected void hookOnNext(ByteBuf unasked) {
      connection.dispose();
    }

    @Override
    protected void hookOnComplete() {
      connection.dispose();
    }

    @Override
    protected void hookOnError(Throwable broken) { // or somebody receives still
      connection.dispose();
    }
  }
}
