package dev.zloop.nativereactor;

import java.io.Serial;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The abstract name of a Unix socket, which only Linux has (unix(7)): no file stands for it, so
 * that nothing is left over when its server ends, however it does; and no permission guards it, so
 * that every process of the same network namespace can connect to it, or have taken it before.
 * Immutable.
 */
public final class AbstractUnixAddress extends SocketAddress {
  @Serial private static final long serialVersionUID = 1;

  /** How many bytes a name may have: the room of struct sockaddr_un, less the NUL before it. */
  public static final int NAME_BYTES_MAX = 107;

  private final byte[] name;

  private AbstractUnixAddress(byte[] name) {
    if (name.length == 0 || name.length > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "an abstract name has %d bytes, expected 1 to %d: %s"
              .formatted(name.length, NAME_BYTES_MAX, text(name)));
    }
    this.name = name;
  }

  /**
   * A name, in UTF-8, without the NUL that the kernel has before it and the {@code @} that programs
   * show for that.
   *
   * @throws IllegalArgumentException if it is empty, or has more than {@link #NAME_BYTES_MAX} bytes
   */
  public static AbstractUnixAddress of(String name) {
    Objects.requireNonNull(name, "name");
    return new AbstractUnixAddress(name.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #of(String)}, of any bytes, which are copied: NUL is a byte like any other. */
  public static AbstractUnixAddress of(byte[] name) {
    return new AbstractUnixAddress(name.clone());
  }

  /** The name, in bytes; a copy. */
  public byte[] name() {
    return name.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AbstractUnixAddress address && Arrays.equals(name, address.name);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(name);
  }

  /**
   * As ss(8) shows it: {@code @} and the name, with {@code @} for NUL; and ? for what is no text.
   */
  @Override
  public String toString() {
    return text(name);
  }

  private static String text(byte[] name) {
    String text = new String(name, StandardCharsets.UTF_8).replace('\0', '@');
    return "@" + text.replaceAll("[\\p{Cntrl}\uFFFD]", "?");
  }
}
