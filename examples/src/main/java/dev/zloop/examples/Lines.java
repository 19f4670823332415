package dev.zloop.examples;

import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/** Lines of a text that arrives in any pieces. A line that is too long is cut into several. */
final class Lines {
  static final int CHARS_MAX = 1000;

  private final StringBuilder unfinished = new StringBuilder();

  private Lines() {}

  /** The lines of a text, without their ends; also the last one if it has none. */
  static Flux<String> of(Flux<String> text) {
    return Flux.defer(() -> {
      Lines lines = new Lines();
      return text.concatMapIterable(lines::add, 1).concatWith(Flux.defer(lines::rest));
    });
  }

  private List<String> add(String piece) {
    List<String> finished = new ArrayList<>();
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      if (c == '\n') {
        finished.add(take());
      } else if (!Character.isISOControl(c)) { // which could play tricks on a terminal
        unfinished.append(c);
        if (unfinished.length() == CHARS_MAX) {
          finished.add(take());
        }
      }
    }
    return finished;
  }

  private Flux<String> rest() {
    return unfinished.isEmpty() ? Flux.empty() : Flux.just(take());
  }

  private String take() {
    String line = unfinished.toString();
    unfinished.setLength(0);
    return line;
  }
}
