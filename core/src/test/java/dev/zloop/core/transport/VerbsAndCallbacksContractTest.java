package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is asked of a transport, in whatever callback or state, it comes to one end, gives every
 * owner back once, and leaves no descriptor. The recorder and the world look for that; here is only
 * what happens.
 */
@OnEveryGround
class VerbsAndCallbacksContractTest {
  @Parameter Ground ground;

  private enum Verb {
    START_READING(Link::startReading),
    STOP_READING(Link::stopReading),
    WRITE_AND_FLUSH(link -> link.writeAndFlush(1000)),
    WRITE(link -> link.write(1000)),
    FLUSH(Link::flush),
    SHUTDOWN_OUTPUT(Link::shutdownOutput),
    CLOSE(Link::close),
    ABORT(Link::abort),
    CLOSE_LOOP(link -> link.transport.loop().close());

    final Consumer<Link> action;

    Verb(Consumer<Link> action) {
      this.action = action;
    }
  }

  private enum Callback {
    ON_RECEIVED((handler, action) -> handler.onReceived = action),
    ON_INPUT_END((handler, action) -> handler.onInputEnd = action),
    ON_WRITABLE((handler, action) -> handler.onWritable = action),
    ON_SENT((handler, action) -> handler.onSent = action),
    ON_RELEASED((handler, action) -> handler.onReleased = action),
    ON_BROKEN((handler, action) -> handler.onBroken = action),
    ON_CLOSED((handler, action) -> handler.onClosed = action);

    final BiConsumer<Recorder, Runnable> set;

    Callback(BiConsumer<Recorder, Runnable> set) {
      this.set = set;
    }
  }

  private enum State {
    FRESH((world, link) -> {}),
    READING((world, link) -> link.startReading()),
    READ_STOPPED((world, link) -> {
      link.startReading();
      link.peer.send(1000);
      world.until(() -> link.handler.received > 0);
      link.stopReading();
      link.peer.send(1000);
      world.untilArrived(link);
    }),
    LEASES_OUT((world, link) -> {
      link.handler.retain = true;
      link.startReading();
      link.peer.send(1000);
      world.until(() -> link.handler.received > 0);
    }),
    QUEUED((world, link) -> link.write(200_000)),
    SENDING((world, link) -> link.writeAndFlush(2_000_000)),
    OUTPUT_ENDED((world, link) -> link.shutdownOutput()),
    OUTPUT_ENDING((world, link) -> {
      link.writeAndFlush(2_000_000);
      link.shutdownOutput();
    }),
    INPUT_ENDED((world, link) -> {
      link.peer.shutdownOutput();
      world.until(() -> link.handler.told.contains("inputEnd"));
    }),
    INPUT_ENDED_UNREAD((world, link) -> {
      link.peer.send(1000);
      link.peer.shutdownOutput();
      world.untilArrived(link);
    }),
    BROKEN((world, link) -> {
      link.peer.send(1000);
      world.untilArrived(link);
      link.writeAndFlush(1000);
      link.peer.reset();
      world.settle();
    }),
    FLUSHING((world, link) -> {
      link.writeAndFlush(2_000_000);
      link.close();
      world.settle();
    }),
    DRAINING((world, link) -> {
      link.close();
      world.settle();
    }),
    CLOSING((world, link) -> link.abort()),
    CLOSED((world, link) -> {
      link.abort();
      world.until(() -> link.handler.closed);
    });

    final BiConsumer<World, Link> enter;

    State(BiConsumer<World, Link> enter) {
      this.enter = enter;
    }
  }

  static Stream<Arguments> callbacksAndVerbs() {
    return product(Callback.values(), Verb.values());
  }

  static Stream<Arguments> statesAndVerbs() {
    return product(State.values(), Verb.values());
  }

  private static Stream<Arguments> product(Object[] firsts, Object[] seconds) {
    List<Arguments> pairs = new ArrayList<>();
    for (Object first : firsts) {
      for (Object second : seconds) {
        pairs.add(Arguments.of(first, second));
      }
    }
    return pairs.stream();
  }

  @ParameterizedTest
  @MethodSource("callbacksAndVerbs")
  void everyVerbIsSafeInEveryCallback(Callback callback, Verb verb) {
    assumeTrue(callback != Callback.ON_BROKEN || ground.resets());
    int[] calls = new int[1];
    try (World world = new World(ground)) {
      Link link = world.narrowLink();
      // Once is enough for those that would bring themselves about for ever.
      callback.set.accept(
          link.handler,
          () -> {
            if (calls[0]++ < 3) {
              verb.action.accept(link);
            }
          });
      for (int i = 0; i < 30; i++) {
        link.write(10_000);
      }
      link.flush();
      if (callback != Callback.ON_BROKEN) {
        link.startReading();
      }
      link.peer.trySend(20_000);
      for (int i = 0; i < 100 && !world.loopIsClosed(); i++) {
        world.settle();
        if (callback != Callback.ON_BROKEN) {
          link.peer.receiveAll();
        }
      }
      if (ground.resets() && callback == Callback.ON_BROKEN) {
        link.peer.reset();
      } else {
        link.peer.shutdownOutput();
      }
      for (int i = 0; i < 10; i++) {
        world.settle();
      }
      if (!world.loopIsClosed()) {
        link.abort();
        world.settle();
      }
    }
    assertTrue(calls[0] > 0, "the callback was not told");
  }

  @ParameterizedTest
  @MethodSource("statesAndVerbs")
  void everyVerbIsSafeInEveryState(State state, Verb verb) {
    try (World world = new World(ground)) {
      Link link = world.narrowLink();
      Link other = world.link();
      other.startReading();
      state.enter.accept(world, link);
      verb.action.accept(link);
      verb.action.accept(link);
      world.settle();
      if (verb != Verb.CLOSE_LOOP) {
        other.peer.send(5);
        world.until(() -> other.handler.received == 5);
      }
      if (!world.loopIsClosed()) {
        link.close();
        world.settle();
        world.clock.advance(World.CLOSE_TIMEOUT); // aborted, or drained for long enough
        world.settle();
        world.clock.advance(World.CLOSE_TIMEOUT);
        world.settle();
      }
      assertTrue(link.handler.closed);
      assertEquals(1, link.handler.told.stream().filter("closed"::equals).count());
    }
  }
}
