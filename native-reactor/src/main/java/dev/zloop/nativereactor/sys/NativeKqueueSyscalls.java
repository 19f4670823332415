package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.zloop.nativereactor.NativeAccessException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@link KqueueSyscalls} of the C library, called through FFM, or of a library that stands in for
 * it: with {@code -Dzloop.kqueue.library=/path/to/libkqueue.so}, kqueue can be tried on Linux.
 */
public final class NativeKqueueSyscalls implements KqueueSyscalls {
  /** The system property that has the path of a library; read once. */
  public static final String LIBRARY_PROPERTY = "zloop.kqueue.library";

  private static final Optional<Path> LIBRARY =
      Optional.ofNullable(System.getProperty(LIBRARY_PROPERTY)).map(Path::of);

  private final ErrnoCell errno = new ErrnoCell();
  private final MemorySegment cell = errno.segment;

  private NativeKqueueSyscalls() {}

  /**
   * Opens an instance, for one poller.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called, or there
   *     is no kqueue here
   */
  public static NativeKqueueSyscalls open() {
    unavailability()
        .ifPresent(reason -> {
          throw new NativeAccessException(reason);
        });
    return new NativeKqueueSyscalls();
  }

  /**
   * Why kqueue cannot be called here.
   *
   * @return a sentence without its full stop; empty if it can be called
   */
  public static Optional<String> unavailability() {
    return Native.unavailability().or(NativeKqueueSyscalls::notFound);
  }

  /**
   * Whether a library stands in for the C library.
   *
   * @return true if the property has its path
   */
  public static boolean isLibraryGiven() {
    return LIBRARY.isPresent();
  }

  private static Optional<String> notFound() {
    if (LIBRARY.isEmpty() && Native.isLinux()) {
      return Optional.of(
          "kqueue belongs to macOS and the BSDs, and this is Linux; a library that stands in for it"
              + " can be given by -D%s".formatted(LIBRARY_PROPERTY));
    }
    try {
      SymbolLookup lookup = lookup();
      return lookup.find("kqueue").isPresent() && lookup.find("kevent").isPresent()
          ? Optional.empty()
          : Optional.of("there is no kqueue in " + libraryName());
    } catch (IllegalArgumentException e) {
      return Optional.of("%s cannot be loaded (%s)".formatted(libraryName(), e.getMessage()));
    }
  }

  private static String libraryName() {
    return LIBRARY.map(Path::toString).orElse("the C library");
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup lookup() {
    return LIBRARY
        .map(path -> SymbolLookup.libraryLookup(path, Arena.global()))
        .orElseGet(Downcalls::libc);
  }

  /**
   * The handles, nested and not final: see {@link PosixSyscalls} and {@link Downcalls#withErrno}.
   */
  private static final class Library {
    static MethodHandle KQUEUE = Downcalls.withErrno(lookup(), "kqueue", JAVA_INT);
    static MethodHandle KEVENT =
        Downcalls.withErrno(
            lookup(), "kevent", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT,
            JAVA_LONG);
    static final MethodHandle TRIGGER =
        Downcalls.withoutErrno(
            lookup(), "kevent", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT,
            JAVA_LONG);
    static final MethodHandle CLOSE = Downcalls.withoutErrno("close", JAVA_INT, JAVA_INT);
  }

  @Override
  public int kqueue() {
    try {
      return errno.check((int) Library.KQUEUE.invokeExact(cell));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int kevent(
      int kq, long changes, int changeCount, long events, int eventsMax, long timeout) {
    try {
      return errno.check(
          (int)
              Library.KEVENT.invokeExact(
                  cell, kq, changes, changeCount, events, eventsMax, timeout));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public boolean trigger(int kq, long change) {
    try {
      return (int) Library.TRIGGER.invokeExact(kq, change, 1, 0L, 0, 0L) == 0;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public boolean close(int kq) {
    try {
      return (int) Library.CLOSE.invokeExact(kq) == 0;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public boolean closeRemovesFilters() {
    return LIBRARY.isEmpty();
  }

  @Override
  public boolean errorsStay() {
    return LIBRARY.isEmpty();
  }
}
