package dev.zloop.nativereactor.sys;

/** struct ip_mreqn with nothing but an interface in it: the value of IP_MULTICAST_IF. ip(7) */
public final class MulticastInterface {
  /** Bytes of one. */
  public static final int SIZE = 12;

  static final int INTERFACE = 8;

  private MulticastInterface() {}

  /**
   * Fills one in.
   *
   * @param address of the struct
   * @param interfaceIndex of the interface
   */
  public static void set(long address, int interfaceIndex) {
    Memory.zero(address, SIZE);
    Memory.putInt(address + INTERFACE, interfaceIndex);
  }
}
