package dev.zloop.reactor.tcp;

import java.time.Duration;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Disposing and waiting for it. */
final class Disposal {
  static final Duration TIMEOUT = Duration.ofSeconds(45);

  private Disposal() {}

  static void now(Disposable disposable, Mono<Void> end, Duration timeout) {
    disposable.dispose();
    end.block(timeout);
  }
}
