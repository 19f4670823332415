package dev.zloop.reactor.tcp;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;

/**
 * How a server's connections come to their end: by themselves within the grace; then closed
 * gracefully; and what even that does not end in time is aborted. So it is over in time, whatever
 * peers and handlers do.
 *
 * @param loop has the timers; when it is closed, there is no more waiting
 */
record ServerShutdown(
    ServerConnections connections, EventLoop loop, Duration grace, Duration closeTimeout) {

  /** Tells how many had to be closed, when all have ended. Accepting has to be stopped. */
  Mono<Integer> begin() {
    return connections
        .onEnd()
        .thenReturn(0)
        .timeout(after(grace).then(connections.onComplete()), Mono.defer(this::closeRest));
  }

  private Mono<Integer> closeRest() {
    int closed = connections.disposeAll();
    return connections
        .onEnd()
        .timeout(after(closeTimeout), Mono.defer(this::abortRest))
        .thenReturn(closed);
  }

  private Mono<Void> abortRest() {
    connections.abortAll();
    return connections.onEnd();
  }

  /** Completes when a time has passed, or the loop has closed. */
  private Mono<Void> after(Duration time) {
    return Mono.create(sink -> {
      try {
        Timer timer = loop.schedule(sink::success, time);
        sink.onDispose(timer::cancel);
        loop.onClosed().whenComplete((nothing, defect) -> sink.success());
      } catch (RejectedExecutionException closed) {
        sink.success();
      }
    });
  }
}
