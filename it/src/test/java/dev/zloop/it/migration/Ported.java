package dev.zloop.it.migration;

/** A server that was written for Reactor Netty, and is to run on zloop. */
public interface Ported extends AutoCloseable {

  /** Where it serves, on 127.0.0.1. */
  int port();

  @Override
  void close();
}
