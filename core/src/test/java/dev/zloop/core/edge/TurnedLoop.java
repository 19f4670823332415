package dev.zloop.core.edge;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopThread;
import dev.zloop.core.transport.ReadinessIo;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.sys.LinuxSyscalls;
import dev.zloop.nativereactor.sys.Syscalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * A loop on the real kernel that the test's own thread turns, with a clock that stands until the
 * test moves it. System calls fail where the test says so.
 */
final class TurnedLoop implements AutoCloseable {
  /** By the call's name: the errno with which it fails, from now on. */
  final Map<String, Integer> failures = new HashMap<>();

  /** The names and arguments of all system calls. */
  final List<String> calls = new ArrayList<>();

  final List<Throwable> errors = new ArrayList<>();
  final EventLoop loop;

  private long nowNanos = Long.MAX_VALUE - 1_000; // it will overflow, as nanoTime may

  TurnedLoop() throws Exception {
    this(Runnable::run);
  }

  TurnedLoop(Executor executor) throws Exception {
    loop =
        new EventLoop(
            new EventLoop.Parts(
                "turned",
                Backend.EPOLL,
                new ReadinessIo(EpollPoller.open(256), scripted(LinuxSyscalls.open())),
                () -> nowNanos,
                LoopThread.FACTORY,
                executor,
                (loop, error) -> errors.add(error)));
    turn(); // it is this thread's from here on
  }

  private Syscalls scripted(Syscalls kernel) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName() + (arguments == null ? "" : List.of(arguments)));
              Integer errno = failures.get(method.getName());
              if (errno != null) {
                return -errno;
              }
              try {
                return method.invoke(kernel, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** One turn that does not wait. */
  void turn() {
    loop.runOnce(EventLoop.NO_DEADLINE, false, Integer.MAX_VALUE);
  }

  /** Enough turns for everything that is known already to be told. */
  void settle() {
    for (int turns = 0; turns < 5; turns++) {
      turn();
    }
  }

  void advance(Duration by) {
    nowNanos += by.toNanos();
    settle();
  }

  long countCalls(String name) {
    return calls.stream().filter(call -> call.startsWith(name + "[")).count();
  }

  @Override
  public void close() {
    loop.close();
    var closed = loop.onClosed().toCompletableFuture();
    while (!closed.isDone()) {
      turn();
    }
    closed.join();
    if (!errors.isEmpty()) {
      throw new AssertionError("an error that the test did not expect", errors.getFirst());
    }
  }
}
