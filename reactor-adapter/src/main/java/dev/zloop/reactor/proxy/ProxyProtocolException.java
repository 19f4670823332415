package dev.zloop.reactor.proxy;

import java.io.IOException;

/** A connection did not begin with the PROXY header that it has to begin with. */
public final class ProxyProtocolException extends IOException {
  private static final long serialVersionUID = 1;

  public ProxyProtocolException(String message) {
    super(message);
  }
}
