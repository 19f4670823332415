package dev.zloop.simulation.kernel;

import java.util.HashMap;
import java.util.Map;

/** The options of a socket: what they say, and what getsockopt(2) finds again. */
final class SocketSettings {
  private static final int BUFFER_BYTES_MIN = 1024;

  private final Kernel kernel;
  private Map<Integer, Integer> values;
  private boolean lingerZero;
  private boolean v6Only;
  private boolean reusePort;
  private int sendMax;
  private int receiveMax;

  SocketSettings(Kernel kernel) {
    this.kernel = kernel;
    sendMax = kernel.bufferSize();
    receiveMax = kernel.bufferSize();
  }

  /** As what is accepted has them from its listener. */
  void inheritBuffers(SocketSettings listener) {
    sendMax = listener.sendMax;
    receiveMax = listener.receiveMax;
  }

  /** Bytes; 0 for no change. */
  void setBuffers(int send, int receive) {
    if (send > 0) {
      sendMax = bounded(send);
    }
    if (receive > 0) {
      receiveMax = bounded(receive);
    }
  }

  private int bounded(int bytes) {
    return Math.clamp(bytes, BUFFER_BYTES_MIN, kernel.bufferSizeMax());
  }

  int sendMax() {
    return sendMax;
  }

  int receiveMax() {
    return receiveMax;
  }

  /** Whether closing resets. */
  boolean isLingerZero() {
    return lingerZero;
  }

  void setLingerZero(boolean on) {
    lingerZero = on;
  }

  boolean isV6Only() {
    return v6Only;
  }

  void setV6Only(boolean on) {
    v6Only = on;
  }

  boolean sharesPort() {
    return reusePort;
  }

  void setReusePort(boolean on) {
    reusePort = on;
  }

  void set(int level, int name, int value) {
    if (values == null) {
      values = new HashMap<>();
    }
    values.put(level << 16 | name, value);
  }

  int get(int level, int name) {
    return values == null ? 0 : values.getOrDefault(level << 16 | name, 0);
  }
}
