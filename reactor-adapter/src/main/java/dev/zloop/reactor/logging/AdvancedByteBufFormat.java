package dev.zloop.reactor.logging;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.Charset;

/** How much of a connection's bytes {@code wiretap} logs. The names are Reactor Netty's. */
public enum AdvancedByteBufFormat {

  /** How many there are, and nothing of them. */
  SIMPLE {
    @Override
    String textOf(ByteBuf bytes, Charset charset) {
      return "";
    }
  },

  /** All of them, sixteen a line, as hexadecimal numbers and as ASCII. */
  HEX_DUMP {
    @Override
    String textOf(ByteBuf bytes, Charset charset) {
      return bytes.isReadable() ? "\n" + ByteBufUtil.prettyHexDump(bytes) : "";
    }
  },

  /** All of them, as text in a charset. */
  TEXTUAL {
    @Override
    String textOf(ByteBuf bytes, Charset charset) {
      return " " + bytes.toString(charset);
    }
  };

  abstract String textOf(ByteBuf bytes, Charset charset);

  /** A line of the log, or several: as in {@code READ: 5B hello}. The buffer stays as it is. */
  public String format(String event, ByteBuf bytes, Charset charset) {
    return event + ": " + bytes.readableBytes() + "B" + textOf(bytes, charset);
  }
}
