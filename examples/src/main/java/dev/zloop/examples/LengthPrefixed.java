package dev.zloop.examples;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.LengthField;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Flux;

/**
 * A server and a client that speak in messages, each of which begins with its length; many are
 * under way at a time. The client asks for the lengths of some words.
 */
public final class LengthPrefixed {

  /** Two bytes of length, and up to 1,000 of what they count. */
  private static final LengthField FRAMES = LengthField.of(2, 1002);

  private LengthPrefixed() {}

  /** Asks, prints the answers, and ends. */
  public static void main(String[] args) {
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) ->
                out.sendObject(
                    in.receive().lengthField(FRAMES).map(ByteBuf::readableBytes),
                    LengthPrefixed::encodeLength))
            .bindNow();
    Connection client = TcpClient.create().host("127.0.0.1").port(server.port()).connectNow();

    Flux<String> words = Flux.just("loop", "reactor", "Größe");
    client.outbound().sendObject(words, LengthPrefixed::encodeWord).then().subscribe();
    Flux<Integer> lengths = client.inbound().receive().lengthField(FRAMES).map(ByteBuf::readInt);
    words
        .zipWith(lengths, (word, length) -> word + " has " + length + " bytes")
        .doOnNext(System.out::println)
        .blockLast();

    client.disposeNow();
    server.disposeNow();
  }

  private static void encodeWord(String word, ByteBuf frame) {
    frame.writeShort(0); // its length, which is known below
    frame.setShort(0, frame.writeCharSequence(word, StandardCharsets.UTF_8));
  }

  private static void encodeLength(Integer length, ByteBuf frame) {
    frame.writeShort(Integer.BYTES).writeInt(length);
  }
}
