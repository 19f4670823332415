package dev.zloop.core;

import static java.lang.System.Logger.Level.INFO;

import dev.zloop.core.loop.IoPort;
import dev.zloop.core.transport.CompletionIo;
import dev.zloop.core.transport.ReadinessIo;
import dev.zloop.core.transport.SocketIo;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.poll.KqueuePoller;
import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Syscalls;
import dev.zloop.nativereactor.uring.Completor;
import dev.zloop.nativereactor.uring.UringCompletor;
import dev.zloop.nativereactor.uring.UringOptions;
import dev.zloop.nativereactor.uring.UringProbe;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Opens what a loop waits in: the backend that was asked for, or the first that can be had. When
 * that is not the preferred one, the log says why, once.
 */
final class IoPorts {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");
  private static final int EVENTS_PER_TURN_MAX = 1024;

  /** An operation may complete many times. */
  private static final int COMPLETIONS_PER_ENTRY = 8;

  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  /** A port, and the backend that it is to. */
  record Opened(Backend backend, IoPort port) {}

  private final Function<Backend, Optional<String>> unavailability;
  private final Function<Backend, IoPort> opener;
  private final Consumer<String> log;

  IoPorts(IoMemory memory) {
    this(memory, IoPorts::logOnce);
  }

  /** With another log, for what each would say that is asked in vain. */
  IoPorts(IoMemory memory, Consumer<String> log) {
    this(Backend::unavailability, backend -> open(backend, memory), log);
  }

  /** For tests, whose backends cannot be had. */
  IoPorts(
      Function<Backend, Optional<String>> unavailability,
      Function<Backend, IoPort> opener,
      Consumer<String> log) {
    this.unavailability = unavailability;
    this.opener = opener;
    this.log = log;
  }

  /**
   * Opens a port to one backend, and no other.
   *
   * @throws UnsupportedOperationException if it cannot be had; the message says why
   * @throws UncheckedIOException if the kernel refuses a descriptor or memory
   */
  Opened require(Backend backend) {
    unavailability
        .apply(backend)
        .ifPresent(why -> {
          throw new UnsupportedOperationException("backend " + backend + " cannot be had: " + why);
        });
    return new Opened(backend, opener.apply(backend));
  }

  /**
   * Opens a port to the first of some backends that can be had.
   *
   * @throws UnsupportedOperationException if there is none; the message says why
   * @throws UncheckedIOException if the kernel refuses a descriptor or memory, for all of them
   */
  Opened first(List<Backend> candidates) {
    List<String> reasons = new ArrayList<>();
    UncheckedIOException refusal = null;
    for (Backend backend : candidates) {
      Optional<String> why = unavailability.apply(backend);
      if (why.isEmpty()) {
        try {
          Opened opened = new Opened(backend, opener.apply(backend));
          if (!reasons.isEmpty()) {
            log.accept("loops run on " + backend + ". " + String.join("; ", reasons));
          }
          return opened;
        } catch (UncheckedIOException refused) {
          refusal = refused;
          why = Optional.of(refused.getCause().getMessage());
        }
      }
      reasons.add(backend + ": " + why.get());
    }
    if (refusal != null) {
      throw refusal;
    }
    throw new UnsupportedOperationException(
        "no backend can be had here: " + String.join("; ", reasons));
  }

  /** One line for the process, however many loops it makes. A logger that fails is not worth it. */
  private static void logOnce(String line) {
    if (LOGGED.compareAndSet(false, true)) {
      try {
        LOG.log(INFO, line);
      } catch (RuntimeException failed) {
        // There is nobody left to tell.
      }
    }
  }

  private static IoPort open(Backend backend, IoMemory memory) {
    try {
      return switch (backend) {
        case IO_URING -> openUring(memory);
        case EPOLL -> openReadiness(EpollPoller::open, memory);
        case KQUEUE -> openReadiness(KqueuePoller::open, memory);
      };
    } catch (ErrnoException e) {
      String advice = backend == Backend.IO_URING ? UringProbe.advice(e) : "";
      throw new UncheckedIOException(new NativeIoException(e.call(), e.errno(), advice));
    }
  }

  private static IoPort openReadiness(IntFunction<Poller> kind, IoMemory memory) {
    Poller poller = kind.apply(EVENTS_PER_TURN_MAX);
    Syscalls syscalls = Syscalls.open();
    try {
      int chunksMax = (int) (memory.receiveBytes() / SocketIo.CHUNK_BYTES);
      return new ReadinessIo(poller, syscalls, SocketIo.CHUNK_BYTES, chunksMax);
    } catch (Throwable error) {
      syscalls.close();
      poller.close();
      throw error;
    }
  }

  private static IoPort openUring(IoMemory memory) {
    int entries = memory.uringEntries();
    Completor completor =
        UringCompletor.open(
            new UringOptions(
                entries,
                entries * COMPLETIONS_PER_ENTRY,
                CompletionIo.buffersMax(memory.receiveBytes())));
    Syscalls syscalls = Syscalls.open();
    try {
      return new CompletionIo(completor, syscalls, memory.receiveBytes());
    } catch (Throwable error) {
      syscalls.close();
      completor.close();
      throw error;
    }
  }
}
