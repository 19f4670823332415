package dev.zloop.it.support;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/** What things fail with. */
public final class Failures {
  private Failures() {}

  /** What an action fails with, which has to be of a type. */
  public static <T extends Throwable> T of(Class<T> type, Executable action) {
    return assertInstanceOf(type, Exceptions.unwrap(assertThrows(Throwable.class, action)));
  }

  public static <T extends Throwable> T of(Class<T> type, Mono<?> mono) {
    return of(type, () -> Await.completion(mono));
  }

  public static void assertMentions(Throwable error, String... parts) {
    for (String part : parts) {
      assertTrue(
          error.getMessage() != null && error.getMessage().contains(part),
          () -> "expected " + part + " in: " + error);
    }
  }
}
