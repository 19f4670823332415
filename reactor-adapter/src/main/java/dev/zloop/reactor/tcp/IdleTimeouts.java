package dev.zloop.reactor.tcp;

import java.time.Duration;

/** After how long a silence of which kind a connection is aborted; each null for never. */
record IdleTimeouts(Duration read, Duration write, Duration both) {
  static final IdleTimeouts NONE = new IdleTimeouts(null, null, null);

  IdleTimeouts withRead(Duration timeout) {
    return new IdleTimeouts(check("readIdleTimeout", timeout), write, both);
  }

  IdleTimeouts withWrite(Duration timeout) {
    return new IdleTimeouts(read, check("writeIdleTimeout", timeout), both);
  }

  IdleTimeouts withBoth(Duration timeout) {
    return new IdleTimeouts(read, write, check("idleTimeout", timeout));
  }

  static Duration check(String name, Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException(name + " is " + timeout + ", expected above 0");
    }
    return timeout;
  }
}
