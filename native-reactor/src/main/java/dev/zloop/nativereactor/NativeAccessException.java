package dev.zloop.nativereactor;

/**
 * The kernel cannot be reached from this JVM: native access is denied, or the operating system or
 * processor is one that zloop has no bindings for. The message says which, and what to change.
 */
public final class NativeAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An exception that says what is missing.
   *
   * @param message what is missing, and what to do about it
   */
  public NativeAccessException(String message) {
    super(message);
  }
}
