package dev.zloop.reactor.tcp;

import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A protocol whose frames say how long they are, for {@link ByteBufFlux#lengthField}.
 *
 * <pre>{@code
 * | offset bytes | the field | what the field counts |
 * |------------- a frame, of frameBytesMax at the most
 * |-- skippedBytes --|  what is delivered            |
 * }</pre>
 *
 * @param bytes of the field: 1, 2, 3, 4 or 8; an unsigned number
 * @param offset bytes of the frame before the field; 0 or more
 * @param adjustment to be added to the field for the number of bytes that follow it: 0 if it counts
 *     them, less than 0 if it counts the header as well, more if not all of them
 * @param skippedBytes of the frame's beginning that are not delivered; 0 or more
 * @param frameBytesMax bytes that a frame may have, its header included
 * @param order of the field's bytes
 */
public record LengthField(
    int bytes, int offset, int adjustment, int skippedBytes, int frameBytesMax, ByteOrder order) {

  /**
   * @throws IllegalArgumentException if a value is out of its range, or no header fits the maximum
   */
  public LengthField {
    Objects.requireNonNull(order, "order");
    if (bytes < 1 || bytes > 8 || bytes > 4 && bytes < 8) {
      throw new IllegalArgumentException(
          "the length field has " + bytes + " bytes, expected 1, 2, 3, 4 or 8");
    }
    if (offset < 0 || skippedBytes < 0) {
      throw new IllegalArgumentException(
          "offset and skippedBytes are "
              + offset
              + " and "
              + skippedBytes
              + ", expected 0 or more");
    }
    if (frameBytesMax < (long) offset + bytes) {
      throw new IllegalArgumentException(
          "frameBytesMax is "
              + frameBytesMax
              + ", expected at least the header's "
              + ((long) offset + bytes));
    }
  }

  /**
   * A field at the frame's beginning that counts what follows it, in network byte order. What
   * follows it is delivered.
   *
   * @param bytes of the field: 1, 2, 3, 4 or 8
   * @param frameBytesMax bytes that a frame may have, the field included
   */
  public static LengthField of(int bytes, int frameBytesMax) {
    return new LengthField(bytes, 0, 0, bytes, frameBytesMax, ByteOrder.BIG_ENDIAN);
  }

  /** The same with so many bytes before the field. What is skipped stays as it is. */
  public LengthField withOffset(int newOffset) {
    return new LengthField(bytes, newOffset, adjustment, skippedBytes, frameBytesMax, order);
  }

  /** The same with another {@link #adjustment}. */
  public LengthField withAdjustment(int newAdjustment) {
    return new LengthField(bytes, offset, newAdjustment, skippedBytes, frameBytesMax, order);
  }

  /** The same with so many bytes skipped; 0 delivers the whole frame. */
  public LengthField withSkippedBytes(int newSkippedBytes) {
    return new LengthField(bytes, offset, adjustment, newSkippedBytes, frameBytesMax, order);
  }

  /** The same with another byte order. */
  public LengthField withOrder(ByteOrder newOrder) {
    return new LengthField(bytes, offset, adjustment, skippedBytes, frameBytesMax, newOrder);
  }
}
