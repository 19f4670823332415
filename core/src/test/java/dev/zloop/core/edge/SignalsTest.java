package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.SignalWatch;
import dev.zloop.core.ZLoop;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals that this process raises for itself; they are such that nothing happens by default. */
class SignalsTest {
  private static final String SIGNAL = "WINCH";

  /** What was told, and on which thread. */
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private final RunningLoop running = new RunningLoop();
  private final ZLoop loop = running.loop;
  private Object original;

  @BeforeEach
  void handleItBefore() {
    original = JvmSignal.install(SIGNAL, JvmSignal.handler(() -> told.add("before")));
  }

  @AfterEach
  void close() {
    running.close();
    JvmSignal.install(SIGNAL, original);
  }

  private Runnable tell(String what) {
    return () -> told.add(what + " on " + Thread.currentThread().getName());
  }

  private static void raise() throws ReflectiveOperationException {
    raise(SIGNAL);
  }

  private static void raise(String name) throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Signal");
    Object signal = type.getConstructor(String.class).newInstance(name);
    type.getMethod("raise", type).invoke(null, signal);
  }

  /** What is told next. */
  private String next() throws InterruptedException {
    String next = told.poll(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return next != null ? next : "nothing";
  }

  @Test
  void aHandlerRunsOnTheLoopAsOftenAsThereIsASignal() throws Exception {
    SignalWatch watch = running.call(() -> loop.onSignal(SIGNAL, tell("heard")));
    assertEquals(SIGNAL, watch.signal());
    for (int times = 0; times < 3; times++) {
      raise();
      assertEquals("heard on " + loop.name(), next());
    }
    running.settle();
    assertTrue(told.isEmpty());
  }

  @Test
  void allWhoAskAreToldAndTheLastToGoBringsBackWhatWasBefore() throws Exception {
    try (var another = new RunningLoop()) {
      SignalWatch one = loop.onSignal(SIGNAL, tell("one"));
      SignalWatch two = another.loop.onSignal(SIGNAL, tell("two"));
      raise();
      assertEquals(
          Set.of("one on " + loop.name(), "two on " + another.loop.name()), Set.of(next(), next()));
      one.close();
      one.close();
      raise();
      assertEquals("two on " + another.loop.name(), next());
      two.close();
      raise();
      assertEquals("before", next());
    }
    assertTrue(told.isEmpty());
  }

  @Test
  void aLoopThatClosesTakesItsOwnAway() throws Exception {
    loop.onSignal(SIGNAL, tell("still there"));
    try (var another = new RunningLoop()) {
      another.loop.onSignal(SIGNAL, tell("gone"));
    }
    raise();
    assertEquals("still there on " + loop.name(), next());
    running.close();
    raise();
    assertEquals("before", next());
  }

  @Test
  void aLoopThatNeverRanTakesItsOwnAway() throws Exception {
    ZLoop unstarted = ZLoop.builder().errorHandler((of, error) -> {}).build();
    unstarted.onSignal(SIGNAL, tell("never"));
    unstarted.close();
    raise();
    assertEquals("before", next());
  }

  @Test
  void aClosedLoopTakesNoneAndChangesNothing() throws Exception {
    running.close();
    assertThrows(RejectedExecutionException.class, () -> loop.onSignal(SIGNAL, tell("never")));
    raise();
    assertEquals("before", next());
  }

  @Test
  void whoIsClosedOnTheLoopIsNotToldWhatIsOnItsWay() throws Exception {
    SignalWatch watch = loop.onSignal(SIGNAL, tell("late"));
    running.run(() -> {
      raise();
      Waiting.until(() -> loop.pendingTasks() > 0);
      watch.close();
    });
    running.settle();
    assertTrue(told.isEmpty());
  }

  @Test
  void aHandlerThatThrowsIsReportedAndToldAgain() throws Exception {
    loop.onSignal(
        SIGNAL,
        () -> {
          told.add("thrown");
          throw new IllegalStateException("of the handler");
        });
    for (int times = 0; times < 2; times++) {
      raise();
      assertEquals("thrown", next());
    }
    running.settle();
    assertEquals(2, running.errors.size());
    assertEquals("of the handler", running.errors.peek().getMessage());
    running.errors.clear();
  }

  @Test
  void whoTookTheSignalOverMeanwhileKeepsIt() throws Exception {
    SignalWatch watch = loop.onSignal(SIGNAL, tell("taken over"));
    JvmSignal.install(SIGNAL, JvmSignal.handler(() -> told.add("stranger")));
    watch.close();
    raise();
    assertEquals("stranger", next());
  }

  @Test
  void whoTookTheSignalOverMeanwhileCanGiveItBackToNobody() throws Exception {
    SignalWatch watch = loop.onSignal(SIGNAL, tell("taken over"));
    Object ours = JvmSignal.install(SIGNAL, JvmSignal.handler(() -> told.add("stranger")));
    watch.close();
    JvmSignal.install(SIGNAL, ours);
    raise();
    assertEquals("before", next());
  }

  @Test
  void aSignalThatMeetsOnlyLoopsThatCloseIsForWhoHadItBefore() throws Exception {
    loop.onSignal(SIGNAL, tell("never"));
    running.settle();
    running.run(() -> {
      loop.close();
      raise();
      Waiting.until(() -> !told.isEmpty());
    });
    assertEquals("before", next());
  }

  @Test
  void aSignalWithTwoNamesIsOneSignal() throws Exception {
    Object before =
        JvmSignal.install("CLD", JvmSignal.handler(() -> told.add("by its other name")));
    try (var another = new RunningLoop()) {
      loop.onSignal("CHLD", tell("one"));
      another.loop.onSignal("CLD", tell("two"));
      raise("CHLD");
      assertEquals(
          Set.of("one on " + loop.name(), "two on " + another.loop.name()), Set.of(next(), next()));
    } finally {
      running.close(); // in order, though nobody knows what to bring back
      JvmSignal.install("CLD", before);
      assertTrue(running.errors.isEmpty(), running.errors::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "QUIT, is kept by the JVM or by the system",
    "SEGV, is kept by the JVM or by the system",
    "KILL, is kept by the JVM or by the system",
    "USR2, is what the JVM itself works with",
    "BUS, is what the JVM itself works with"
  })
  void whatTheJvmKeepsIsSaid(String signal, String why) {
    assertEquals(
        "signal " + signal + " " + why + ": take another, such as TERM, INT, HUP or USR1",
        refusal(signal));
  }

  @ParameterizedTest
  @CsvSource({"SIGTERM", "term", "NONE", "''"})
  void aNameThatIsNoneIsSaidWithWhatIsExpected(String signal) {
    assertEquals(
        "signal \""
            + signal
            + "\" is not known here, expected a name as kill -l lists them, without SIG:"
            + " such as TERM, INT, HUP or USR1",
        refusal(signal));
  }

  private String refusal(String signal) {
    Throwable thrown = assertThrows(RuntimeException.class, () -> loop.onSignal(signal, () -> {}));
    return assertInstanceOf(IllegalArgumentException.class, thrown).getMessage();
  }
}
