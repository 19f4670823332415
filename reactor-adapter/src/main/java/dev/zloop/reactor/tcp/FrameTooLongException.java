package dev.zloop.reactor.tcp;

import java.io.IOException;

/**
 * The peer sent a frame that is longer than this side allows. What follows it cannot be told from
 * it: the connection is of no more use.
 */
public final class FrameTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  FrameTooLongException(String message, Throwable cause) {
    super(message, cause);
  }
}
