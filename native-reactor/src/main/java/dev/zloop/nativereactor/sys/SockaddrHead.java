package dev.zloop.nativereactor.sys;

/**
 * The first two bytes of every sockaddr: on Linux they are the family, on the BSDs the length in
 * one byte and the family in the other. What follows is the same, but for the room for a path.
 */
enum SockaddrHead {
  /** sa_family, two bytes. */
  FAMILY(108),

  /** sa_len and sa_family, a byte each. */
  LENGTH_AND_FAMILY(104);

  static final SockaddrHead CURRENT =
      switch (Platform.current().kernel()) {
        case LINUX -> FAMILY;
        case MACOS, FREEBSD -> LENGTH_AND_FAMILY;
      };

  /** Bytes of both fields. */
  static final int SIZE = 2;

  /** Of sun_path. */
  final int pathRoom;

  SockaddrHead(int pathRoom) {
    this.pathRoom = pathRoom;
  }

  void put(long address, int family, int length) {
    switch (this) {
      case FAMILY -> Memory.putShort(address, (short) family);
      case LENGTH_AND_FAMILY -> {
        Memory.putByte(address, (byte) length);
        Memory.putByte(address + 1, (byte) family);
      }
    }
  }

  int family(long address) {
    return switch (this) {
      case FAMILY -> Memory.getShort(address);
      case LENGTH_AND_FAMILY -> Memory.getByte(address + 1) & 0xFF;
    };
  }
}
