package dev.zloop.nativereactor.sys;

import dev.zloop.nativereactor.NativeAccessException;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The gate to native code. Whatever opens something native asks here first, so that a JVM that
 * cannot do it gets one sentence and not an ExceptionInInitializerError from deep inside.
 */
public final class Native {
  private Native() {}

  /**
   * Checks that the platform is known and native access allowed.
   *
   * @throws NativeAccessException if not: the message says what is missing, and what to change
   */
  public static void ensureUsable() {
    unavailability()
        .ifPresent(reason -> {
          throw new NativeAccessException(reason);
        });
  }

  /**
   * Why native code cannot be used here. Where native access is neither enabled nor denied the JDK
   * prints its warning on the first call.
   *
   * @return a sentence without its full stop; empty if it can be used
   */
  public static Optional<String> unavailability() {
    if (Platform.find().isEmpty()) {
      return Optional.of(Platform.unsupportedText());
    }
    try {
      requestAccess();
      Linker.nativeLinker();
      return Optional.empty();
    } catch (IllegalCallerException e) {
      return Optional.of(denied());
    } catch (UnsupportedOperationException e) {
      return Optional.of("this JVM has no foreign linker (" + e.getMessage() + ")");
    }
  }

  /**
   * Whether this is Linux.
   *
   * @return false on another system, known or not
   */
  public static boolean isLinux() {
    return Platform.find().filter(it -> it.kernel() == Platform.Kernel.LINUX).isPresent();
  }

  /** Any restricted method would do: they all make the same check. */
  @SuppressWarnings("restricted")
  private static void requestAccess() {
    MemorySegment.NULL.reinterpret(0);
  }

  private static String denied() {
    Module module = Native.class.getModule();
    return "zloop calls the kernel through java.lang.foreign, and native access is denied to it:"
        + " add --enable-native-access="
        + (module.isNamed() ? module.getName() : "ALL-UNNAMED")
        + " to java's command line";
  }
}
