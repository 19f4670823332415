package dev.zloop.it.blockhound;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DynamicTest;
import reactor.blockhound.BlockingOperationError;

/**
 * A violation that is planted in a callback, to see that it is caught there and who hears of it.
 */
final class Plant implements Runnable {

  /** Brings about that the callback is called. */
  @FunctionalInterface
  interface Provocation {

    /** Gives what was heard where a user hears of an exception in that callback. */
    Throwable provoke(Plant plant) throws Exception;
  }

  private final AtomicBoolean first = new AtomicBoolean(true);
  private final CompletableFuture<BlockingOperationError> caught = new CompletableFuture<>();
  private volatile String thread;

  private Plant() {}

  /** A test that it is caught in the callback of that name, which runs on a loop. */
  static DynamicTest in(String callback, Provocation provocation) {
    return DynamicTest.dynamicTest(
        callback,
        () -> {
          Plant plant = new Plant();
          Throwable heard = provocation.provoke(plant);
          BlockingOperationError error = Await.completion(plant.caught);
          String message = error.getMessage();
          assertTrue(message.startsWith("Blocking call! java.lang.Thread.sleep"), message);
          assertTrue(plant.thread.startsWith("it-"), plant.thread);
          assertTrue(isOrIsCausedBy(heard, error), () -> "heard of " + heard);
        });
  }

  private static boolean isOrIsCausedBy(Throwable error, Throwable cause) {
    return error == cause || error != null && isOrIsCausedBy(error.getCause(), cause);
  }

  /** Blocks, the first time. */
  @Override
  public void run() {
    if (!first.getAndSet(false)) {
      return;
    }
    thread = Thread.currentThread().getName();
    try {
      Thread.sleep(1);
      caught.completeExceptionally(new AssertionError("not caught on " + thread));
    } catch (BlockingOperationError error) {
      caught.complete(error);
      throw error;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Blocks, and gives what it got: for callbacks that have to give something. */
  <T> T in(T value) {
    run();
    return value;
  }
}
