package dev.zloop.nativereactor.poll;

/** The sockets that a poller is told of in tests: real ones, or ones that only a test knows. */
interface PolledSockets extends AutoCloseable {

  /** Two connected streams. */
  record Pair(int near, int far) {}

  Pair pair();

  int listener();

  /** A stream that connects, or has connected already. */
  int connecting(int listener);

  /** A stream whose connect is refused, now or soon. */
  int refused();

  /** Takes a connection of a listener that has one. */
  void accept(int listener);

  void send(int fd, String text);

  /** Sends as much as is taken at once: how many bytes, or 0 when it is full. */
  int sendMuch(int fd);

  /** Receives as much as there is, bounded: how many bytes, 0 if there are none. */
  int receive(int fd);

  void shutdownOutput(int fd);

  void close(int fd);

  /** Closes with a reset. */
  void reset(int fd);

  /** SO_ERROR, which asking clears. */
  int takeError(int fd);

  @Override
  void close();
}
