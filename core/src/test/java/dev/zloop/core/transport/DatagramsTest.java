package dev.zloop.core.transport;

import static dev.zloop.core.transport.DatagramWorld.addressOf;
import static dev.zloop.core.transport.DatagramWorld.receive;
import static dev.zloop.core.transport.DatagramWorld.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What datagrams promise, over every backend of this machine. */
@ParameterizedClass
@MethodSource("dev.zloop.core.transport.DatagramWorld#grounds")
class DatagramsTest {
  private static final long ALL = Long.MAX_VALUE;

  private final DatagramWorld datagrams;
  private final World world;

  DatagramsTest(Ground ground) {
    datagrams = new DatagramWorld(ground);
    world = datagrams.world;
  }

  @AfterEach
  void close() throws Exception {
    datagrams.close();
  }

  private void untilReceived(DatagramRecorder recorder, int count) {
    world.until(() -> recorder.received.size() >= count);
  }

  private String awaitAt(DatagramChannel peer) {
    String[] text = new String[1];
    world.until(() -> (text[0] = receive(peer)) != null);
    return text[0];
  }

  @Test
  void aDumpTellsWhatIsAwaitedAndWhatIsLost() {
    DatagramRecorder recorder = datagrams.bound();
    recorder.datagrams.request(3);
    String bound = "fd %d, %s: 3 wanted, 0 dropped, 0 to send with 0 bytes\n";
    String dump = world.loop.dump().toCompletableFuture().join();
    String address = recorder.address.toString().substring(1);
    assertTrue(dump.contains(bound.formatted(recorder.datagrams.fd(), address)), dump);

    DatagramChannel peer = datagrams.peer();
    DatagramRecorder connected = datagrams.connected(addressOf(peer));
    connected.datagrams.request(ALL);
    dump = world.loop.dump().toCompletableFuture().join();
    assertTrue(dump.contains("  datagram sockets: 2\n"), dump);
    assertTrue(dump.contains(" to " + addressOf(peer).toString().substring(1) + ": all wanted"));
  }

  // ---- there and back

  @Test
  void aDatagramComesWithItsSenderAndAnAnswerGoesBack() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramChannel peer = datagrams.peer();
    recorder.datagrams.request(ALL);
    send(peer, recorder.address, "ping");
    untilReceived(recorder, 1);
    assertEquals(List.of("ping"), recorder.received);
    assertEquals(List.of(addressOf(peer)), recorder.senders);

    recorder.sendAndFlush(addressOf(peer), "pong");
    assertEquals("pong", awaitAt(peer));
    assertEquals(List.of("pong"), recorder.sent);
    assertTrue(recorder.failures.isEmpty());
  }

  @Test
  void theBoundariesOfDatagramsAreKeptAndAnEmptyOneIsNoEnd() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    List<String> texts = new ArrayList<>(List.of("a", "", "ccc", ""));
    IntStream.range(0, 40).forEach(i -> texts.add("number " + i));
    texts.forEach(text -> sender.send(recorder.address, text));
    sender.datagrams.flush();
    recorder.datagrams.request(ALL);
    untilReceived(recorder, texts.size());
    assertEquals(texts, recorder.received);
    assertEquals(texts, sender.sent);
    assertEquals(0, recorder.closed);
    assertEquals(0, recorder.truncated);
  }

  @Test
  void theLongestDatagramComesWhole() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    String longest = "x".repeat(65_507);
    recorder.datagrams.request(ALL);
    sender.sendAndFlush(recorder.address, longest);
    untilReceived(recorder, 1);
    assertEquals(longest, recorder.received.getFirst());
    assertEquals(0, recorder.truncated);
  }

  @Test
  void anIpv6SocketTalksToBothFamilies() {
    DatagramRecorder dual = datagrams.bound("::");
    DatagramRecorder four = datagrams.bound();
    DatagramRecorder six = datagrams.bound("::1");
    dual.datagrams.request(ALL);
    four.datagrams.request(ALL);
    four.sendAndFlush(new InetSocketAddress("127.0.0.1", dual.address.getPort()), "four");
    six.sendAndFlush(new InetSocketAddress("::1", dual.address.getPort()), "six");
    untilReceived(dual, 2);
    assertEquals(List.of(four.address, six.address), dual.senders);
    dual.sendAndFlush(dual.senders.getFirst(), "back");
    untilReceived(four, 1);
    assertEquals(List.of("back"), four.received);
  }

  @Test
  void aConnectedSocketNeedsNoRecipientAndHearsItsPeerOnly() {
    DatagramChannel peer = datagrams.peer();
    DatagramChannel stranger = datagrams.peer();
    DatagramRecorder recorder = datagrams.connected(addressOf(peer));
    recorder.datagrams.request(ALL);
    recorder.sendAndFlush(null, "hello");
    assertEquals("hello", awaitAt(peer));
    send(stranger, recorder.address, "unasked");
    send(peer, recorder.address, "asked");
    untilReceived(recorder, 1);
    world.settle();
    assertEquals(List.of("asked"), recorder.received);
  }

  // ---- demand

  @Test
  void nothingIsToldThatWasNotAskedForAndWhatWaitsComesLater() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    for (int i = 0; i < 5; i++) {
      sender.sendAndFlush(recorder.address, "number " + i);
    }
    world.settle();
    assertEquals(List.of(), recorder.received);
    recorder.datagrams.request(2);
    assertEquals(List.of(), recorder.received, "nothing is told within the request");
    world.settle();
    assertEquals(List.of("number 0", "number 1"), recorder.received);
    recorder.datagrams.request(3);
    world.settle();
    assertEquals(5, recorder.received.size());
    assertEquals(0, recorder.datagrams.dropped());
  }

  @Test
  void whatNobodyAsksForIsDroppedAndCountedOnceTheBufferIsFull() {
    DatagramRecorder recorder = datagrams.bound();
    world.setOption(
        recorder.datagrams.fd(), SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVBUF, 1);
    DatagramRecorder sender = datagrams.bound();
    for (int i = 0; i < 100; i++) {
      sender.sendAndFlush(recorder.address, "a datagram, one of too many");
    }
    world.settle();
    long dropped = recorder.datagrams.dropped();
    assertTrue(dropped > 0 && dropped <= 100, "dropped: " + dropped);
    recorder.datagrams.request(ALL);
    untilReceived(recorder, 100 - (int) dropped);
    world.settle();
    assertEquals(100 - dropped, recorder.received.size());
    recorder.datagrams.close();
    assertEquals(dropped, recorder.datagrams.dropped(), "also after the close");
  }

  @Test
  void whatComesTogetherWithTheLastThatWasWantedIsCountedToo() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    IntStream.range(0, 10).forEach(i -> sender.send(recorder.address, "number " + i));
    sender.datagrams.flush();
    recorder.onReceived = text -> recorder.datagrams.stopReceiving();
    recorder.datagrams.request(ALL);
    world.settle();
    assertEquals(List.of("number 0"), recorder.received);
    assertEquals(9, recorder.datagrams.dropped());
  }

  @Test
  void whatComesAfterAStopWaitsInTheKernel() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    recorder.datagrams.request(ALL);
    recorder.datagrams.stopReceiving();
    sender.sendAndFlush(recorder.address, "later");
    world.settle();
    assertEquals(List.of(), recorder.received);
    recorder.datagrams.request(1);
    untilReceived(recorder, 1);
    assertEquals(0, recorder.datagrams.dropped());
  }

  @Test
  void aFloodedSocketDoesNotKeepOthersFromTheirTurn() {
    DatagramRecorder flooded = datagrams.bound();
    DatagramRecorder other = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    // Whatever it receives it sends to itself twice: there is always more.
    flooded.onReceived =
        text -> {
          flooded.send(flooded.address, text);
          flooded.send(flooded.address, text);
        };
    flooded.datagrams.request(ALL);
    other.datagrams.request(ALL);
    sender.sendAndFlush(flooded.address, "flood");
    world.until(() -> {
      flooded.datagrams.flush();
      return flooded.received.size() > 2_000;
    });
    sender.sendAndFlush(other.address, "in between");
    int turns = world.turns;
    world.until(() -> {
      flooded.datagrams.flush();
      return other.received.size() == 1;
    });
    assertTrue(world.turns - turns < 10, "turns: " + (world.turns - turns));
    flooded.datagrams.close();
  }

  @Test
  void whoSendsForEverStillLeavesTheTurn() {
    DatagramRecorder sender = datagrams.bound();
    DatagramRecorder sink = datagrams.bound();
    sender.onSent = () -> sender.send(sink.address, "more");
    sender.sendAndFlush(sink.address, "more");
    int sent = sender.sent.size();
    assertEquals(DatagramIo.DATAGRAMS_PER_TURN_MAX, sent);
    world.turn();
    assertTrue(sender.sent.size() > sent);
    sender.onSent = () -> {};
    world.settle();
    assertTrue(sender.failures.isEmpty());
  }

  @Test
  void whatIsFlushedWhileOthersAreToldIsSentAfterThemAndOnce() {
    DatagramRecorder sender = datagrams.bound();
    DatagramRecorder one = datagrams.bound(); // neither's buffer has room for all
    DatagramRecorder other = datagrams.bound();
    other.datagrams.request(ALL);
    int inFirstTurn = DatagramIo.DATAGRAMS_PER_TURN_MAX;
    IntStream.range(0, inFirstTurn).forEach(i -> sender.send(one.address, "number " + i));
    List<String> later = new ArrayList<>();
    IntStream.range(0, 20).forEach(i -> later.add("later " + i));
    later.forEach(text -> sender.send(other.address, text));
    sender.onSent =
        () -> {
          if (sender.sent.size() > inFirstTurn && later.size() < 25) {
            later.add("while told " + later.size());
            sender.sendAndFlush(other.address, later.getLast());
          }
        };
    sender.datagrams.flush();
    world.until(() -> sender.sent.size() == inFirstTurn + 25);
    untilReceived(other, 25);
    world.settle();
    assertEquals(later, sender.sent.subList(inFirstTurn, inFirstTurn + 25));
    assertEquals(later, other.received);
    assertEquals(0, sender.closed);
  }

  // ---- what goes wrong with a datagram

  @Test
  void aDatagramLongerThanWantedIsSaidToBeTruncated() {
    DatagramRecorder recorder = datagrams.bound(4);
    DatagramChannel peer = datagrams.peer();
    recorder.datagrams.request(ALL);
    send(peer, recorder.address, "four");
    send(peer, recorder.address, "longer");
    untilReceived(recorder, 2);
    assertEquals(List.of("four", "long"), recorder.received);
    assertEquals(1, recorder.truncated);
  }

  @Test
  void anIcmpErrorIsToldAndTheSocketGoesOn() throws Exception {
    InetSocketAddress deserted = datagrams.deserted();
    DatagramRecorder recorder = datagrams.connected(deserted);
    recorder.datagrams.request(ALL);
    recorder.sendAndFlush(null, "is anybody there?");
    world.until(() -> !recorder.errors.isEmpty());
    assertEquals(List.of("ECONNREFUSED"), recorder.errors);
    assertTrue(recorder.failures.isEmpty(), "the kernel had taken it");

    try (DatagramChannel late = DatagramChannel.open().bind(deserted)) {
      late.configureBlocking(false);
      recorder.sendAndFlush(null, "now?");
      assertEquals("now?", awaitAt(late));
      send(late, recorder.address, "yes");
      untilReceived(recorder, 1);
    }
    assertEquals(0, recorder.closed);
  }

  @Test
  void anIcmpErrorIsToldWhileNothingIsReceived() throws Exception {
    DatagramRecorder recorder = datagrams.connected(datagrams.deserted());
    recorder.sendAndFlush(null, "is anybody there?");
    world.until(() -> !recorder.errors.isEmpty());
    assertEquals(List.of("ECONNREFUSED"), recorder.errors);
  }

  @Test
  void anErrorOfAnEarlierDatagramDoesNotLoseTheNext() throws Exception {
    DatagramRecorder recorder = datagrams.connected(datagrams.deserted());
    recorder.sendAndFlush(null, "one");
    // Without a turn in between: the kernel tells by this very call.
    recorder.sendAndFlush(null, "two");
    assertEquals(List.of("one", "two"), recorder.sent);
    assertTrue(recorder.failures.isEmpty(), recorder.failures::toString);
    assertEquals(List.of(), recorder.errors, "nothing is told within a send");
    world.until(() -> recorder.errors.size() >= 2);
  }

  @Test
  void whatCannotBeSentFailsByItselfAndTheRestGoes() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramChannel peer = datagrams.peer();
    String tooLong = "x".repeat(65_508);
    InetSocketAddress six = new InetSocketAddress("::1", addressOf(peer).getPort());
    recorder.send(addressOf(peer), "first");
    recorder.send(addressOf(peer), tooLong);
    recorder.send(six, "six");
    recorder.send(null, "to nobody");
    recorder.send(addressOf(peer), "last");
    recorder.datagrams.flush();
    assertEquals("first", awaitAt(peer));
    assertEquals("last", awaitAt(peer));
    assertEquals(5, recorder.sent.size());
    assertFailure(recorder, tooLong, "EMSGSIZE", "65508 bytes are more than one datagram takes");
    assertFailure(recorder, "six", "EAFNOSUPPORT", "bound to an IPv4 address");
    assertFailure(recorder, "to nobody", "EDESTADDRREQ", "each datagram needs a recipient");
    assertEquals(3, recorder.failures.size());
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
    var refused =
        assertThrows(IllegalArgumentException.class, () -> recorder.send(unresolved, "unresolved"));
    assertTrue(refused.getMessage().contains("somewhere"), refused::getMessage);
  }

  private static void assertFailure(
      DatagramRecorder recorder, String text, String errno, String advice) {
    var failure = assertInstanceOf(NativeIoException.class, recorder.failures.get(text));
    assertEquals(errno, failure.errnoName());
    assertTrue(failure.getMessage().contains(advice), failure::getMessage);
  }

  // ---- a socket that takes nothing

  @Test
  void aFullSocketFillsTheQueueAndTheRestGoesWhenThereIsRoom() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sink = datagrams.bound();
    world.syscalls.fail("sendmmsg", Errno.EAGAIN);
    int count = 0;
    while (recorder.datagrams.isWritable()) {
      recorder.sendAndFlush(sink.address, "number " + count++);
    }
    assertEquals(Datagrams.QUEUE_DATAGRAMS_MAX, count);
    assertEquals(0, recorder.datagrams.room());
    assertEquals(List.of(), recorder.sent);
    world.syscalls.succeed();
    int all = count;
    world.until(() -> recorder.sent.size() == all);
    assertEquals(1, recorder.writable);
    assertTrue(recorder.failures.isEmpty());
  }

  @Test
  void aPermanentErrorOfReceivingDoesNotSpin() {
    DatagramRecorder recorder = datagrams.bound();
    recorder.datagrams.request(ALL);
    world.syscalls.fail("recvmmsg", Errno.ENOMEM);
    send(datagrams.peer(), recorder.address, "one");
    world.until(() -> !recorder.errors.isEmpty());
    world.settle();
    assertEquals(DatagramPump.FAILURES_MAX, recorder.errors.size());
    world.syscalls.succeed();
    send(datagrams.peer(), recorder.address, "two");
    untilReceived(recorder, 2);
  }

  // ---- the end

  @Test
  void closingTellsTheEndOnceAndFailsWhatWasNotSent() {
    DatagramRecorder recorder = datagrams.bound();
    world.syscalls.fail("sendmmsg", Errno.EAGAIN);
    recorder.sendAndFlush(recorder.address, "in flight");
    recorder.send(recorder.address, "queued");
    recorder.datagrams.close();
    recorder.datagrams.close();
    assertEquals(0, recorder.closed);
    world.syscalls.succeed();
    world.until(() -> recorder.closed == 1);
    world.settle();
    assertEquals(1, recorder.closed);
    assertNull(recorder.cause);
    assertEquals(List.of("in flight", "queued"), recorder.sent);
    assertEquals(2, recorder.failures.size());
    recorder.sendAndFlush(recorder.address, "too late");
    assertTrue(recorder.failures.containsKey("too late"));
    assertFalse(recorder.datagrams.isWritable());
  }

  @Test
  void closingWhileDatagramsAreToldEndsTheTelling() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder sender = datagrams.bound();
    IntStream.range(0, 10).forEach(i -> sender.send(recorder.address, "number " + i));
    sender.datagrams.flush();
    recorder.onReceived = text -> recorder.datagrams.close();
    recorder.datagrams.request(ALL);
    world.until(() -> recorder.closed == 1);
    assertEquals(List.of("number 0"), recorder.received);
  }

  @Test
  void aHandlerThatThrowsEndsItsOwnSocketAndIsReported() {
    DatagramRecorder recorder = datagrams.bound();
    DatagramRecorder other = datagrams.bound();
    recorder.onReceived =
        text -> {
          throw new IllegalStateException("planned");
        };
    recorder.datagrams.request(ALL);
    other.datagrams.request(ALL);
    other.sendAndFlush(recorder.address, "boom");
    world.until(() -> recorder.closed == 1);
    assertEquals("planned", world.errors.getFirst().getMessage());
    world.errors.clear();
    other.sendAndFlush(other.address, "alive");
    untilReceived(other, 1);
  }

  @Test
  void aClosingLoopEndsDatagramSockets() {
    DatagramRecorder recorder = datagrams.bound();
    recorder.datagrams.request(ALL);
    world.closeLoop();
    assertEquals(1, recorder.closed);
    assertTrue(recorder.cause.getMessage().contains("was closed"));
  }
}
