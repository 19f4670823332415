package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordWatchTest {
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int HANDSHAKE = 22;
  private static final int DATA = 23;

  private static final int HEADER_BYTES = 5;
  private static final int CONTENT_BYTES = 100;

  private int renegotiations;
  private int passedBefore;
  private final RecordWatch watch =
      new RecordWatch(() -> {
        renegotiations++;
        passedBefore = passed();
      });
  private final EmbeddedChannel channel = new EmbeddedChannel(watch);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static ByteBuf records(int... types) {
    ByteBuf records = Unpooled.buffer();
    for (int type : types) {
      records.writeByte(type).writeShort(0x0303).writeShort(CONTENT_BYTES).writeZero(CONTENT_BYTES);
    }
    return records;
  }

  /** How many bytes came through. */
  private int passed() {
    return channel.inboundMessages().stream().mapToInt(m -> ((ByteBuf) m).readableBytes()).sum();
  }

  private void shakeHands() {
    channel.writeInbound(records(HANDSHAKE, HANDSHAKE, CHANGE_CIPHER_SPEC, HANDSHAKE));
    watch.secured();
    channel.releaseInbound();
  }

  @Test
  void whatCameBeforeASecondHandshakeIsPassedOn() {
    shakeHands();
    channel.writeInbound(records(DATA, DATA, HANDSHAKE, DATA));
    assertEquals(1, renegotiations);
    assertEquals(2 * (HEADER_BYTES + CONTENT_BYTES), passedBefore);
    assertEquals(passedBefore, passed());
    assertFalse(channel.isOpen());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void aSecondHandshakeIsSeenHoweverTheRecordsAreCut(int pieceBytes) {
    shakeHands();
    ByteBuf records = records(DATA, HANDSHAKE);
    List<ByteBuf> pieces = new ArrayList<>();
    while (records.isReadable()) {
      pieces.add(records.readRetainedSlice(Math.min(pieceBytes, records.readableBytes())));
    }
    records.release();
    for (ByteBuf piece : pieces) {
      if (channel.isOpen()) {
        channel.writeInbound(piece);
      } else {
        piece.release();
      }
    }
    assertEquals(1, renegotiations);
    int first = HEADER_BYTES + CONTENT_BYTES;
    assertEquals(first, Math.min(first, passed()));
  }

  @Test
  void theFirstHandshakeIsNone() {
    shakeHands();
    channel.writeInbound(records(DATA, DATA));
    assertEquals(0, renegotiations);
  }
}
