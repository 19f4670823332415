package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Region;
import java.util.ArrayList;
import java.util.List;

/** A connection: a transport on the loop under test, its recorder, and its peer. */
public final class Link {
  public final Transport transport;
  public final Recorder handler;
  public final Peer peer;

  /** What was written, in order: each owner is the memory that it owns. */
  final List<Region> written = new ArrayList<>();

  /** Of all that was written, in order: that memory, or an object for a part of a file. */
  final List<Object> owners = new ArrayList<>();

  private long position;

  Link(Transport transport, Recorder handler, Peer peer) {
    this.transport = transport;
    this.handler = handler;
    this.peer = peer;
  }

  public void startReading() {
    handler.within(transport::startReading);
  }

  public void stopReading() {
    handler.within(transport::stopReading);
  }

  /** Writes the next bytes of the pattern, and does not flush. */
  public boolean write(int length) {
    Region memory = Region.allocate(Math.max(1, length), 1);
    Pattern.fill(memory.address(), position, length);
    written.add(memory);
    owners.add(memory);
    boolean[] taken = new boolean[1];
    handler.within(() -> taken[0] = transport.write(memory.address(), length, memory));
    if (taken[0]) {
      position += length;
    }
    return taken[0];
  }

  /** Writes the next bytes of the pattern, from a file that has them all; returns the owner. */
  Object writeFile(PatternFile file, long length) {
    Object owner = new Object();
    owners.add(owner);
    long from = position;
    handler.within(() -> {
      if (transport.writeFile(file.fd, from, length, owner)) {
        position += length;
      }
    });
    return owner;
  }

  public void flush() {
    handler.within(transport::flush);
  }

  public void writeAndFlush(int length) {
    write(length);
    flush();
  }

  public void shutdownOutput() {
    handler.within(transport::shutdownOutput);
  }

  public void close() {
    handler.within(transport::close);
  }

  public void abort() {
    handler.within(transport::abort);
  }

  /** How many bytes of the pattern were written. */
  public long position() {
    return position;
  }
}
