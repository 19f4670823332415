package dev.zloop.examples;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

/**
 * A chat for {@code nc}: {@code LineChat [PORT]}, 7000 by default. What one guest writes, a line at
 * a time, all others get.
 *
 * <p>All guests live on one loop, so that the room is plain data of one thread: no locks.
 *
 * <p>A guest who does not read holds up nobody. {@value #WAITING_LINES_MAX} lines wait for each,
 * beyond what sockets take; further ones are left out for this guest alone, who is told how many.
 */
public final class LineChat {
  private static final int WAITING_LINES_MAX = 256;

  private final Set<Guest> guests = new LinkedHashSet<>();
  private int guestsEver;

  private LineChat() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("LineChat [PORT]", args, 1).port();
    ZLoop loop = ZLoop.builder().name("chat").threadFactory(ZLoopThreads.factory()).build();
    LineChat chat = new LineChat();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .runOn(loop.start())
            .handle(chat::serve)
            .bindNow();
    System.out.printf("chatting on %s:%d%n", server.host(), server.port());
    System.out.printf("come in with: nc %s %d%n", server.host(), server.port());
    server.onDispose().block();
  }

  /** One guest, from coming to going: for this long both what is said and what is heard flow. */
  private Publisher<Void> serve(Inbound in, Outbound out) {
    Guest guest = enter();
    Mono<Void> speaking =
        Lines.of(in.receive().asString())
            .doOnNext(line -> tellOthers(guest, guest.name + ": " + line))
            .doFinally(end -> leave(guest))
            .then();
    Mono<Void> hearing = out.sendString(guest.lines()).then();
    return Mono.when(hearing, speaking);
  }

  private Guest enter() {
    Guest guest = new Guest("guest " + ++guestsEver);
    guest.tell("* you are " + guest.name + ", with " + guests.size() + " others here");
    guests.add(guest);
    tellOthers(guest, "* " + guest.name + " has come");
    return guest;
  }

  private void leave(Guest guest) {
    guests.remove(guest);
    tellOthers(guest, "* " + guest.name + " has gone");
    guest.end();
  }

  private void tellOthers(Guest speaker, String line) {
    for (Guest guest : guests) {
      if (guest != speaker) {
        guest.tell(line);
      }
    }
  }

  /** Somebody in the room, and the lines that wait for them. */
  private static final class Guest {
    final String name;

    private final Sinks.Many<String> waiting =
        Sinks.many().unicast().onBackpressureBuffer(Queues.<String>get(WAITING_LINES_MAX).get());

    private int leftOut;

    Guest(String name) {
      this.name = name;
    }

    /** What there is to hear; demand for it is room in this guest's connection. */
    Flux<String> lines() {
      return waiting.asFlux().map(line -> line + "\n");
    }

    /** Leaves the line out if too many wait, and as soon as there is room again says so. */
    void tell(String line) {
      if (leftOut > 0 && add("* " + leftOut + " lines were left out, you read too slowly")) {
        leftOut = 0;
      }
      if (leftOut > 0 || !add(line)) {
        leftOut++;
      }
    }

    private boolean add(String line) {
      return waiting.tryEmitNext(line).isSuccess();
    }

    void end() {
      waiting.tryEmitComplete();
    }
  }
}
