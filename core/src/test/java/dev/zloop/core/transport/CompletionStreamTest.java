package dev.zloop.core.transport;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLERR;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLHUP;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Completions that come late, in another order, or with what a kernel says only now and then. */
class CompletionStreamTest {
  private static final int FD = 7;

  ScriptedCompletor completor = new ScriptedCompletor();
  ScriptedKernel kernel = new ScriptedKernel();
  ScriptedKernel.Socket socket = kernel.socket(FD);
  ScriptedWorld<CompletionIo> world;
  Link link;

  @BeforeEach
  void open() throws NativeIoException {
    world = new ScriptedWorld<>(new CompletionIo(completor, kernel, 64 << 10, 32));
    link = world.open(FD);
  }

  @AfterEach
  void close() {
    completor.endsWhatIsCancelled = true;
    completor.room = Integer.MAX_VALUE;
    world.close();
    assertTrue(socket.closed);
    assertTrue(completor.closed);
    assertEquals(0, world.io.buffers().buffersInUse());
  }

  private ScriptedCompletor.Operation only(String name) {
    return completor.only(name, FD);
  }

  private void startReading() {
    link.startReading();
    world.turn();
  }

  private void complete(String name, int result) {
    completor.complete(only(name), result);
    world.turn();
  }

  private void receive(int length, boolean more) {
    completor.receive(only("recv"), length, more);
    world.turn();
  }

  // ---- receiving

  @Test
  void aConnectionThatIsReadFromTheStartTakesOneReceiveAndNoPoll() {
    startReading();
    world.settle();
    assertEquals(List.of("recv(7)"), completor.history);
    assertEquals(128 << 10, only("recv").lengthMax());
    assertEquals(0, only("recv").flags());
  }

  @Test
  void whereTheKernelBoundsNoMultishotReceivesComeOneByOne() {
    completor.caps = false;
    startReading();
    for (int i = 1; i <= 3; i++) {
      completor.receive(only("recv once"), 10, false);
      world.turn();
      assertEquals(10 * i, link.handler.received);
      world.turn();
    }
    assertEquals(List.of("recv once(7)"), completor.inFlight());
  }

  @Test
  void aReceiveThatEndsByItselfIsArmedAgain() {
    startReading();
    receive(100, true);
    receive(100, false);
    world.settle();
    assertEquals(200, link.handler.received);
    assertEquals(List.of("recv(7)", "recv(7)"), completor.history);
  }

  @Test
  void stoppingAndStartingWhileNothingComesTakesNothing() {
    startReading();
    for (int i = 0; i < 5; i++) {
      link.stopReading();
      world.turn();
      link.startReading();
      world.turn();
    }
    assertEquals(List.of("recv(7)"), completor.history);
    receive(5, true);
    assertEquals(5, link.handler.received);
  }

  @Test
  void theFirstBytesThatComeAfterAStopCancelTheReceive() {
    startReading();
    link.stopReading();
    world.turn();
    receive(5, true);
    world.settle();
    assertEquals(0, link.handler.received);
    assertEquals(List.of("recv(7)", "cancel", "poll(7)"), completor.history);
    link.startReading();
    world.settle();
    assertEquals(5, link.handler.received);
  }

  @Test
  void aCancelledReceiveLosesNoByteAndTheNextOneWaitsForItsEnd() {
    completor.endsWhatIsCancelled = false;
    startReading();
    link.stopReading();
    receive(5, true);
    world.turn();
    assertEquals(List.of("recv(7)", "cancel"), completor.history);
    link.startReading();
    world.settle();
    receive(6, true);
    receive(7, true);
    assertEquals(18, link.handler.received);
    assertEquals(List.of("recv(7)", "cancel"), completor.history);
    completor.endCancelled();
    world.settle();
    assertEquals(List.of("recv(7)"), completor.inFlight());
    receive(8, true);
    assertEquals(26, link.handler.received);
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void aCancelThatComesTooLateIsHarmless() {
    completor.endsWhatIsCancelled = false;
    startReading();
    link.stopReading();
    receive(5, true);
    world.turn(); // it is cancelled now
    receive(6, false); // and has ended by itself before
    link.startReading();
    world.settle();
    assertEquals(11, link.handler.received);
    assertEquals(List.of("poll(7)", "recv(7)"), completor.inFlight());
  }

  @Test
  void aLackOfBuffersIsNoEndAndMoreOfThemAreProvided() {
    startReading();
    int before = completor.providedBuffers();
    complete("recv", -Errno.ENOBUFS);
    world.turn();
    assertEquals(List.of(), link.handler.told);
    assertEquals(List.of("recv(7)"), completor.inFlight());
    world.turn();
    assertTrue(completor.providedBuffers() >= before);
    receive(5, true);
    assertEquals(5, link.handler.received);
  }

  @Test
  void anInterruptedReceiveIsRepeated() {
    startReading();
    complete("recv", -Errno.EINTR);
    world.turn();
    assertEquals(List.of("recv(7)"), completor.inFlight());
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void theEndComesAfterTheLastByte() {
    startReading();
    completor.receive(only("recv"), 5, true);
    completor.complete(only("recv"), 0);
    world.turn();
    assertEquals(5, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anErrorOfReceivingEndsTheInputWithItsCause() {
    startReading();
    complete("recv", -Errno.ETIMEDOUT);
    world.settle();
    assertEquals("ETIMEDOUT", link.handler.errno());
    assertEquals(List.of("closed"), link.handler.told);
  }

  // ---- the peer's going, where nothing is read

  @Test
  void aConnectionThatIsNotReadIsPolled() {
    world.turn();
    assertEquals(List.of("poll(7)"), completor.inFlight());
    assertEquals(EPOLLRDHUP, only("poll").flags());
  }

  @Test
  void anEndIsNoticedWhileNothingIsRead() {
    world.turn();
    socket.receivesThen = 0;
    completor.complete(only("poll"), EPOLLRDHUP, true);
    world.settle();
    link.startReading();
    world.settle();
    assertEquals(List.of("inputEnd"), link.handler.told);
    assertEquals(List.of("poll(7)"), completor.history);
  }

  @Test
  void anEndBehindUnreadBytesIsToldAfterThem() {
    world.turn();
    socket.receives.add(5);
    completor.complete(only("poll"), EPOLLRDHUP, true);
    world.settle();
    assertEquals(List.of(), link.handler.told);
    startReading();
    receive(5, true);
    complete("recv", 0);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anEndThatWasAnnouncedIsLookedForWhenReadingStops() {
    world.turn();
    completor.complete(only("poll"), EPOLLRDHUP, true);
    socket.receives.add(5);
    world.turn();
    startReading();
    socket.receives.clear();
    socket.receivesThen = 0;
    link.stopReading();
    receive(5, true); // and is cancelled
    world.settle();
    link.startReading();
    world.settle();
    assertEquals(5, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void aResetIsToldAtOnceWhileNothingIsRead() {
    world.turn();
    socket.error = Errno.ECONNRESET;
    socket.receives.add(5);
    completor.complete(only("poll"), EPOLLERR | EPOLLHUP);
    world.settle();
    assertEquals(List.of("broken"), link.handler.told);
    startReading();
    assertEquals(SocketConstants.MSG_DONTWAIT, only("recv").flags());
    receive(5, true);
    complete("recv", -Errno.EAGAIN);
    world.settle();
    assertEquals(5, link.handler.received);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aResetIsToldAfterTheEndOfTheInput() {
    startReading();
    complete("recv", 0);
    world.turn();
    assertEquals(List.of("poll(7)"), completor.inFlight());
    socket.error = Errno.ECONNRESET;
    complete("poll", EPOLLERR | EPOLLHUP | EPOLLRDHUP);
    world.settle();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void anEndThatWasAnnouncedIsNotAskedForAgain() {
    world.turn();
    assertEquals(EPOLLRDHUP, only("poll").flags());
    socket.receives.add(5);
    completor.complete(only("poll"), EPOLLRDHUP, false); // the kernel's queue was full, say
    world.settle();
    assertEquals(0, only("poll").flags());
  }

  @Test
  void aResetThatASendInFlightWasToldIsNoOrderlyEnd() {
    link.writeAndFlush(100);
    world.turn();
    socket.receivesThen = 0; // the error was told, and from then on it looks like an end
    link.startReading();
    link.stopReading();
    complete("poll", EPOLLERR | EPOLLHUP | EPOLLRDHUP);
    world.settle();
    assertEquals(List.of(), link.handler.told);
    complete("send", -Errno.ETIMEDOUT);
    world.settle();
    link.startReading();
    world.settle();
    assertEquals("ETIMEDOUT", link.handler.errno());
    assertFalse(link.handler.told.contains("inputEnd"));
  }

  @Test
  void aResetWhoseErrorNobodyHasIsNoOrderlyEndEither() {
    link.writeAndFlush(100);
    world.turn();
    socket.receivesThen = 0;
    complete("poll", EPOLLERR | EPOLLHUP | EPOLLRDHUP);
    complete("send", 100);
    world.settle();
    link.startReading();
    world.settle();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aPollThatEndsIsArmedAgainUnlessItWouldTellTheSame() {
    world.turn();
    completor.complete(only("poll"), -Errno.ECANCELED);
    world.settle();
    assertEquals(List.of("poll(7)"), completor.inFlight());
    socket.receives.add(5);
    completor.complete(only("poll"), EPOLLHUP);
    world.settle();
    assertEquals(List.of(), completor.inFlight());
  }

  // ---- sending

  @Test
  void whatIsFlushedWithinATurnIsSentTogether() {
    startReading();
    for (int i = 0; i < 4; i++) {
      link.writeAndFlush(10);
    }
    world.turn();
    assertEquals(40, ScriptedCompletor.bytesOf(only("sendmsg")));
    completor.take(only("sendmsg"), 40);
    world.turn();
    assertEquals(4, link.handler.released.size());
    assertEquals(List.of("recv(7)"), completor.inFlight());
  }

  @Test
  void whatIsWrittenWhileASendIsInFlightFollowsIt() {
    startReading();
    link.writeAndFlush(10);
    world.turn();
    link.writeAndFlush(20);
    link.writeAndFlush(30);
    world.turn();
    assertEquals(10, ScriptedCompletor.bytesOf(only("send")));
    completor.take(only("send"), 10);
    world.settle();
    assertEquals(50, ScriptedCompletor.bytesOf(only("sendmsg")));
    completor.take(only("sendmsg"), 50);
    world.settle();
    assertEquals(3, link.handler.released.size());
  }

  @Test
  void aShortSendIsFollowedByTheRest() {
    link.writeAndFlush(100);
    world.turn();
    completor.take(only("send"), 33);
    world.settle();
    assertEquals(67, ScriptedCompletor.bytesOf(only("send")));
    completor.take(only("send"), 67);
    world.settle();
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void anInterruptedSendIsRepeated() {
    link.writeAndFlush(100);
    world.turn();
    complete("send", -Errno.EINTR);
    world.settle();
    assertEquals(0, link.handler.released.size());
    completor.take(only("send"), 100);
    world.settle();
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void afterAFailedSendWhatThereIsIsReceivedAndNotWaitedFor() {
    completor.endsWhatIsCancelled = false;
    startReading();
    link.writeAndFlush(100);
    world.turn();
    complete("send", -Errno.EPIPE);
    world.turn();
    assertEquals(List.of("recv(7)"), completor.inFlight()); // cancelled, and not over
    completor.receive(only("recv"), 5, true);
    completor.endCancelled();
    world.settle();
    assertEquals(SocketConstants.MSG_DONTWAIT, only("recv").flags());
    receive(6, true);
    complete("recv", -Errno.EAGAIN);
    world.settle();
    assertEquals(11, link.handler.received);
    assertEquals("EPIPE", link.handler.errno());
    assertEquals(List.of("broken", "closed"), link.handler.told);
  }

  @Test
  void afterAFailedSendTheOrderlyEndIsNoOrderlyOne() {
    startReading();
    link.writeAndFlush(100);
    world.turn();
    completor.complete(only("send"), -Errno.ECONNRESET);
    completor.complete(only("recv"), 0);
    world.settle();
    assertEquals("ECONNRESET", link.handler.errno());
    assertFalse(link.handler.told.contains("inputEnd"));
  }

  @Test
  void afterAFailedSendTheEndIsFoundThoughNothingIsRead() {
    link.writeAndFlush(100);
    world.turn();
    complete("send", -Errno.ECONNRESET);
    world.settle();
    link.startReading();
    world.settle();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  // ---- the end

  @Test
  void theDescriptorStaysOpenUntilNothingIsInFlight() {
    completor.endsWhatIsCancelled = false;
    startReading();
    link.writeAndFlush(100);
    world.turn();
    ScriptedCompletor.Operation receive = only("recv");
    link.abort();
    world.settle();
    assertEquals("cancelAll(7)", completor.history.getLast());
    complete("send", -Errno.ECANCELED);
    assertFalse(socket.closed);
    assertEquals(0, link.handler.released.size());
    completor.receive(receive, 5, true);
    world.turn();
    assertFalse(socket.closed);
    completor.complete(receive, -Errno.ECANCELED);
    world.turn();
    assertTrue(socket.closed);
    assertTrue(socket.reset);
    assertEquals(List.of(), link.handler.told);
    world.turn();
    assertEquals(List.of("closed"), link.handler.told);
    assertEquals(1, link.handler.released.size());
    assertEquals(0, link.handler.received);
    assertEquals(1, completor.history.stream().filter("cancelAll(7)"::equals).count());
  }

  @Test
  void aConnectionOfWhichNothingIsInFlightIsClosedAtOnceAndToldLater() {
    link.abort();
    assertTrue(socket.closed);
    assertEquals(List.of(), link.handler.told);
    world.turn();
    assertEquals(List.of("closed"), link.handler.told);
    assertEquals(List.of(), completor.history);
  }

  @Test
  void bytesThatComeToAClosingConnectionAreGivenBack() {
    completor.endsWhatIsCancelled = false;
    startReading();
    link.abort();
    world.turn();
    for (int i = 0; i < 200; i++) { // several times the memory there is
      completor.receiveToEnd(only("recv"));
      world.turn();
    }
    assertTrue(completor.providedBuffers() > 0);
    completor.endCancelled();
    world.settle();
    assertTrue(socket.closed);
  }

  // ---- a queue that is full

  @Test
  void whatFindsNoRoomInTheQueueIsQueuedLaterAndTheLoopDoesNotWait() {
    completor.room = 0;
    link.startReading();
    link.writeAndFlush(10);
    world.io.await(-1);
    assertEquals(0, completor.timeouts.getLast());
    assertEquals(List.of(), completor.inFlight());
    completor.room = 1;
    world.io.await(-1);
    assertEquals(0, completor.timeouts.getLast());
    assertEquals(List.of("send(7)"), completor.inFlight());
    world.io.await(-1);
    assertEquals(-1, completor.timeouts.getLast());
    assertEquals(List.of("send(7)", "recv(7)"), completor.inFlight());
  }

  @Test
  void aCancelThatFindsNoRoomIsQueuedLater() {
    startReading();
    completor.room = 0;
    link.abort();
    world.settle();
    assertEquals(List.of("recv(7)"), completor.inFlight());
    completor.room = 1;
    world.settle();
    assertEquals(List.of("closed"), link.handler.told);
  }

  // ---- connecting

  @Test
  void aConnectIsQueuedWithTheAddressThatItWasGiven() {
    StreamRecorder events = new StreamRecorder();
    kernel.socket(8);
    events.stream = connect(8, events);
    world.turn();
    assertEquals(List.of("connect(8)"), completor.inFlight().subList(1, 2));
    assertEquals(16, completor.only("connect", 8).lengthMax());
    completor.complete(completor.only("connect", 8), 0);
    world.turn();
    assertEquals(List.of("connected 0"), events.told);
    events.stream.close(false);
    world.settle();
    assertEquals(List.of("connected 0", "closed"), events.told);
  }

  @Test
  void aConnectThatFailsIsToldAndLeavesNothingInFlight() {
    StreamRecorder events = new StreamRecorder();
    events.stream = connect(8, events);
    world.turn();
    completor.complete(completor.only("connect", 8), -Errno.ECONNREFUSED);
    world.settle();
    assertEquals(List.of("connected " + -Errno.ECONNREFUSED), events.told);
    assertEquals(List.of("poll(7)"), completor.inFlight());
    events.stream.close(false);
    assertTrue(kernel.socket(8).closed);
    world.turn();
  }

  @Test
  void aConnectThatIsGivenUpIsNotTold() {
    completor.endsWhatIsCancelled = false;
    StreamRecorder events = new StreamRecorder();
    events.stream = connect(8, events);
    world.turn();
    events.stream.close(true);
    world.turn();
    completor.complete(completor.only("connect", 8), 0); // it was faster
    world.settle();
    assertEquals(List.of("closed"), events.told);
    assertTrue(kernel.socket(8).closed);
  }

  private StreamIo connect(int fd, StreamEvents events) {
    try (var address = Region.allocate(16, 8)) {
      return world.io.connect(fd, address.address(), 16, events);
    }
  }
}
