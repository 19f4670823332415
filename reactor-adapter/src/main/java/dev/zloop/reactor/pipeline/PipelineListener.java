package dev.zloop.reactor.pipeline;

import java.io.IOException;

/**
 * Who put the handlers into a {@link PipelineStream}, and knows what they mean. On the loop's
 * thread.
 */
public interface PipelineListener {

  /** Whether the user may write and be written for: false while handlers are still at odds. */
  default boolean isReady() {
    return true;
  }

  /** A user event that came to the end of the pipeline. */
  default void onEvent(Object event) {}

  /**
   * Why the output cannot end while the input goes on, or null if it can.
   *
   * @see PipelineStream#shutdownOutput
   */
  default String whyNoHalfClose() {
    return null;
  }

  /** What is to go out before the output ends; written, if need be, by handlers. */
  default void beforeOutputEnd() {}

  /**
   * The input of the socket has ended.
   *
   * @return what that means
   */
  default InputEnd onInputEnd() {
    return InputEnd.IN_ORDER;
  }

  /** What no handler caught, as the failure that the user is told of. */
  default IOException failureOf(Throwable caught) {
    return caught instanceof IOException failure
        ? failure
        : new IOException("a handler failed: " + caught, caught);
  }

  /** What a person wants to know of the handlers, in a dump. */
  default String describe() {
    return "through handlers";
  }

  /** The stream is about to tell its user the end. */
  default void onClosed(IOException cause) {}

  /**
   * How an input ends.
   *
   * @param isKnown whether that can be said already; if not, {@link PipelineStream#onInputEnd} is
   *     to be called again
   * @param failure why it is not the end that the peer meant, or null if it is
   */
  record InputEnd(boolean isKnown, IOException failure) {
    static final InputEnd IN_ORDER = new InputEnd(true, null);
    static final InputEnd UNKNOWN = new InputEnd(false, null);
  }
}
