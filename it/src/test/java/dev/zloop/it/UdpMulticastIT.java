package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.udp.Datagram;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpOption;
import dev.zloop.reactor.udp.UdpServer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Groups of IPv4, since loopback has no route to those of IPv6: nothing leaves this machine. */
class UdpMulticastIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static NetworkInterface loopback() throws Exception {
    return NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
  }

  private static UdpServer server(String wildcard, int port) throws Exception {
    return UdpServer.create()
        .bindAddress(() -> new InetSocketAddress(wildcard, port))
        .option(UdpOption.SO_REUSEADDR, true)
        .option(UdpOption.IP_MULTICAST_IF, loopback())
        .runOn(LOOPS.group());
  }

  private static Queue<String> collect(UdpConnection socket) {
    Queue<String> texts = new ConcurrentLinkedQueue<>();
    socket.inbound().receive().asString().subscribe(texts::add);
    return texts;
  }

  private static void send(UdpConnection from, InetSocketAddress to, String text) {
    var content = ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text);
    Await.completion(from.outbound().send(Mono.just(Datagram.of(content, to))).then());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void membersGetWhatIsSentToTheirGroupUntilTheyLeaveAndOthersNothing(String wildcard)
      throws Exception {
    InetAddress group = InetAddress.ofLiteral("239.255.42.7");
    UdpConnection member = server(wildcard, 0).bindNow();
    UdpConnection another = server(wildcard, member.port()).bindNow();
    UdpConnection outsider = server(wildcard, member.port()).bindNow();
    UdpConnection sender = server(wildcard, 0).bindNow();
    Await.completion(member.inbound().join(group, loopback()));
    Await.completion(another.inbound().join(group, loopback()));
    Queue<String> atMember = collect(member);
    Queue<String> atAnother = collect(another);
    Queue<String> atOutsider = collect(outsider);

    InetSocketAddress everybody = new InetSocketAddress(group, member.port());
    send(sender, everybody, "first");
    Await.until("both have it", () -> atMember.size() == 1 && atAnother.size() == 1);

    Await.completion(member.inbound().leave(group, loopback()));
    send(sender, everybody, "second");
    Await.until("who stayed has it", () -> atAnother.size() == 2);
    Await.completion(member.dropped()); // the loop has told what there was
    assertEquals(List.of("first"), List.copyOf(atMember));
    assertEquals(List.of("first", "second"), List.copyOf(atAnother));
    assertEquals(List.of(), List.copyOf(atOutsider));
    List.of(member, another, outsider, sender).forEach(UdpConnection::disposeNow);
  }

  @Test
  void whatIsNoGroupOrNotJoinedIsRefused() throws Exception {
    UdpConnection socket = server("0.0.0.0", 0).bindNow();
    var noGroup =
        assertThrows(
            IllegalArgumentException.class,
            () -> Await.completion(socket.inbound().join(InetAddress.ofLiteral("127.0.0.1"))));
    assertTrue(noGroup.getMessage().contains("no multicast group"), noGroup::getMessage);
    InetAddress group = InetAddress.ofLiteral("239.255.42.8");
    var noMember =
        assertThrows(
            RuntimeException.class,
            () -> Await.completion(socket.inbound().leave(group, loopback())));
    assertInstanceOf(NativeIoException.class, noMember.getCause());
    socket.disposeNow();
    assertThrows(
        RuntimeException.class, () -> Await.completion(socket.inbound().join(group, loopback())));
  }
}
