package dev.zloop.nativereactor.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Makes the method handles of the C library's functions. Its users keep them in a nested holder
 * class, which is initialised by the first call and thereby after {@link Native#ensureUsable()}.
 *
 * <p>None is {@linkplain Linker.Option#critical critical}, which would save 8 ns: a critical call
 * that takes long keeps the collector waiting, and what it saved could not be measured beside a
 * socket call.
 */
final class Downcalls {
  private static final Linker LINKER = Linker.nativeLinker();

  private Downcalls() {}

  /**
   * A function whose errno is of interest: its first argument is an {@link ErrnoCell}'s segment.
   *
   * <p>Keep the handle in a static field that is <em>not</em> final. At each call the JDK makes a
   * slice of the segment (JDK 25: SharedUtils.checkCaptureSegment), 40 bytes, which the compiler
   * removes if it sees the whole call at once. A constant handle is inlined into its callers, but
   * where these are many already (MaxInlineLevel) only half of it, and then the slice is made. A
   * handle that is not constant is compiled by itself and always whole. What that costs could not
   * be measured beside the shortest system call.
   */
  static MethodHandle withErrno(String name, MemoryLayout result, MemoryLayout... arguments) {
    return withErrno(libc(), name, result, arguments);
  }

  /** The same of another library than C's. */
  static MethodHandle withErrno(
      SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(library, name, result, arguments, ErrnoCell.CAPTURE);
  }

  /**
   * The same of a function whose arguments from the given one on are variadic, which some platforms
   * pass in other places than those declared.
   */
  static MethodHandle variadicWithErrno(
      String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
    Linker.Option variadic = Linker.Option.firstVariadicArg(firstVariadic);
    return handle(libc(), name, result, arguments, ErrnoCell.CAPTURE, variadic);
  }

  /** A function that any thread may call, since it leaves no errno behind. */
  static MethodHandle withoutErrno(String name, MemoryLayout result, MemoryLayout... arguments) {
    return withoutErrno(libc(), name, result, arguments);
  }

  /** The same of another library than C's. */
  static MethodHandle withoutErrno(
      SymbolLookup library, String name, MemoryLayout result, MemoryLayout... arguments) {
    return handle(library, name, result, arguments);
  }

  /**
   * syscall(2): for calls that the C library may be too old to have a function for. The handle is
   * kept as {@link #withErrno} says.
   */
  static MethodHandle syscall(MemoryLayout result, MemoryLayout... arguments) {
    return variadicWithErrno("syscall", 1, result, arguments);
  }

  /** The same for any thread, since it leaves no errno behind. */
  static MethodHandle syscallWithoutErrno(MemoryLayout result, MemoryLayout... arguments) {
    return handle(libc(), "syscall", result, arguments, Linker.Option.firstVariadicArg(1));
  }

  /** The C library. */
  static SymbolLookup libc() {
    return LINKER.defaultLookup();
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      SymbolLookup library,
      String name,
      MemoryLayout result,
      MemoryLayout[] arguments,
      Linker.Option... options) {
    MemorySegment function = library.findOrThrow(name);
    return LINKER.downcallHandle(function, FunctionDescriptor.of(result, arguments), options);
  }

  /** For what the compiler believes invokeExact to throw. */
  static AssertionError mistyped(Throwable thrown) {
    return new AssertionError("a downcall throws only when its types are wrong", thrown);
  }
}
