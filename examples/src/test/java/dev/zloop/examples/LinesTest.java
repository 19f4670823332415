package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class LinesTest {

  private static List<String> lines(String... pieces) {
    return Lines.of(Flux.fromArray(pieces)).collectList().block();
  }

  @Test
  void aLineMayArriveInPiecesAndAPieceMayHaveManyLines() {
    assertEquals(List.of("one", "two", "", "three"), lines("o", "ne\ntw", "o\n\nthree\n"));
  }

  @Test
  void theLastLineNeedsNoEnd() {
    assertEquals(List.of("one", "two"), lines("one\ntwo"));
  }

  @Test
  void controlCharactersAreLeftOut() {
    assertEquals(List.of("one[2J", "two"), lines("one\u001b[2J\r\ntwo\r\n"));
  }

  @Test
  void aLineThatIsTooLongBecomesSeveral() {
    List<String> lines = lines("x".repeat(Lines.CHARS_MAX * 2 + 1) + "\n");
    assertEquals(
        List.of(Lines.CHARS_MAX, Lines.CHARS_MAX, 1), lines.stream().map(String::length).toList());
  }
}
