package dev.zloop.core.restricted;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Forbids this process, all its threads, some system calls for the rest of its life, as container
 * runtimes do: seccomp(2) with a filter that answers EPERM.
 */
final class Seccomp {
  private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");
  private static final long SYS_PRCTL = X86_64 ? 157 : 167;
  private static final long SYS_SECCOMP = X86_64 ? 317 : 277;

  /** io_uring_setup, io_uring_enter, io_uring_register. */
  static final List<Integer> IO_URING = List.of(425, 426, 427);

  /** eventfd2, and where there is one, eventfd. */
  static final List<Integer> EVENTFD = X86_64 ? List.of(290, 284) : List.of(19);

  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long SECCOMP_SET_MODE_FILTER = 1;
  private static final long SECCOMP_FILTER_FLAG_TSYNC = 1;
  private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
  private static final int SECCOMP_RET_ERRNO_EPERM = 0x00050001;

  // struct sock_filter: code, jump if true, jump if false, an operand.
  private static final int BPF_LOAD_NUMBER = 0x20;
  private static final int BPF_JUMP_IF_EQUAL = 0x15;
  private static final int BPF_RETURN = 0x06;
  private static final int INSTRUCTION_SIZE = 8;

  private Seccomp() {}

  static void forbid(List<Integer> numbers) {
    try (Arena arena = Arena.ofConfined()) {
      int count = numbers.size() + 3;
      MemorySegment filter = arena.allocate((long) count * INSTRUCTION_SIZE, 8);
      instruction(filter, 0, BPF_LOAD_NUMBER, 0, 0);
      for (int i = 0; i < numbers.size(); i++) {
        instruction(filter, i + 1, BPF_JUMP_IF_EQUAL, numbers.size() - i, numbers.get(i));
      }
      instruction(filter, count - 2, BPF_RETURN, 0, SECCOMP_RET_ALLOW);
      instruction(filter, count - 1, BPF_RETURN, 0, SECCOMP_RET_ERRNO_EPERM);
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) count);
      program.set(JAVA_LONG, 8, filter.address());
      call(SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0);
      call(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program.address());
    }
  }

  private static void instruction(
      MemorySegment filter, int index, int code, int jumpIfTrue, int operand) {
    long at = (long) index * INSTRUCTION_SIZE;
    filter.set(JAVA_SHORT, at, (short) code);
    filter.set(JAVA_BYTE, at + 2, (byte) jumpIfTrue);
    filter.set(JAVA_INT, at + 4, operand);
  }

  @SuppressWarnings("restricted")
  private static void call(long number, long first, long second, long third) {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    long result;
    try {
      result = (long) syscall.invokeExact(number, first, second, third, 0L, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (result != 0) {
      throw new IllegalStateException("system call " + number + " failed");
    }
  }
}
