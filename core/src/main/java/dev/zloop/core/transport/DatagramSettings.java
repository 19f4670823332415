package dev.zloop.core.transport;

/**
 * What a datagram socket is opened for.
 *
 * @param family AF_INET or AF_INET6
 * @param bytesMax of a received datagram, 1 to {@link DatagramIo#DATAGRAM_BYTES_MAX}; longer ones
 *     are truncated
 */
public record DatagramSettings(int family, int bytesMax) {

  public DatagramSettings {
    if (bytesMax < 1 || bytesMax > DatagramIo.DATAGRAM_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a received datagram is of up to "
              + bytesMax
              + " bytes, expected 1 to "
              + DatagramIo.DATAGRAM_BYTES_MAX);
    }
  }
}
