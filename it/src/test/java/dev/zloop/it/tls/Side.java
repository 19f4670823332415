package dev.zloop.it.tls;

/** One of the two that are compared: it can put an application upon its connections. */
interface Side {

  /** A server, on a port of 127.0.0.1. */
  Server serve(Application application);

  /** Connects to a port of 127.0.0.1, without waiting. */
  void connect(Application application, int port);

  /** Whether an application that serves is told of handshakes that fail. */
  boolean tellsServersOfFailures();

  /** A server that is bound. */
  interface Server extends AutoCloseable {
    int port();

    @Override
    void close();
  }
}
