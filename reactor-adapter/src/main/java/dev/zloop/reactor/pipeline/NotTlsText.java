package dev.zloop.reactor.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a peer sent that is not TLS, for people: its first line if it is text, else its bytes. */
final class NotTlsText {
  /** As many of the peer's bytes are of interest. */
  static final int BYTES_WANTED = 64;

  private static final int TEXT_BYTES_MAX = 60;
  private static final int BYTES_MAX = 16;

  /** How Netty ends its message. */
  private static final Pattern HEX_AT_END = Pattern.compile("([0-9a-f]{2})+$");

  private NotTlsText() {}

  /**
   * @param nettySays which may end with all that came, in hexadecimal digits
   * @param first what came first, if that may be it; or null
   */
  static String of(String nettySays, byte[] first) {
    Matcher hex = HEX_AT_END.matcher(String.valueOf(nettySays));
    if (hex.find()) {
      return describe(HexFormat.of().parseHex(hex.group()));
    }
    return first == null ? "but something else" : describe(first);
  }

  private static String describe(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && length < TEXT_BYTES_MAX && isPrintable(bytes[length])) {
      length++;
    }
    boolean isLine = length == bytes.length || length == TEXT_BYTES_MAX || isLineEnd(bytes[length]);
    if (length > 0 && isLine) {
      return "\"" + new String(bytes, 0, length, StandardCharsets.US_ASCII) + "\"";
    }
    int shown = Math.min(bytes.length, BYTES_MAX);
    return "the bytes "
        + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown)
        + (shown < bytes.length ? " .." : "");
  }

  private static boolean isPrintable(byte b) {
    return b >= ' ' && b < 0x7f;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\r' || b == '\n';
  }
}
