package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Memory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A handler that writes down what it is told. */
final class DatagramRecorder implements DatagramHandler {
  final InetSocketAddress address;
  final List<String> received = new ArrayList<>();
  final List<InetSocketAddress> senders = new ArrayList<>();
  final List<String> sent = new ArrayList<>();
  final Map<String, IOException> failures = new HashMap<>();
  final List<String> errors = new ArrayList<>();
  int truncated;
  int writable;
  int closed;
  IOException cause;
  Datagrams datagrams;

  /** Done with each that is received, after it was written down. */
  Consumer<String> onReceived = text -> {};

  Runnable onSent = () -> {};

  DatagramRecorder(InetSocketAddress address) {
    this.address = address;
  }

  /** Queues a datagram, whose text is also its owner. */
  void send(InetSocketAddress to, String text) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(Math.max(1, text.length()));
    bytes.put(text.getBytes(StandardCharsets.US_ASCII)).flip();
    kept.add(bytes);
    datagrams.send(Memory.addressOf(bytes), bytes.remaining(), to, text);
  }

  private final List<ByteBuffer> kept = new ArrayList<>();

  void sendAndFlush(InetSocketAddress to, String text) {
    send(to, text);
    datagrams.flush();
  }

  @Override
  public void onReceived(ReceivedDatagram datagram) {
    String text = StandardCharsets.US_ASCII.decode(datagram.bytes()).toString();
    received.add(text);
    senders.add(datagram.sender());
    truncated += datagram.isTruncated() ? 1 : 0;
    onReceived.accept(text);
  }

  @Override
  public void onSent(Object owner, IOException failure) {
    sent.add((String) owner);
    if (failure != null) {
      failures.put((String) owner, failure);
    }
    onSent.run();
  }

  @Override
  public void onWritable() {
    writable++;
  }

  @Override
  public void onError(NativeIoException error) {
    errors.add(error.errnoName());
  }

  @Override
  public void onClosed(IOException why) {
    closed++;
    cause = why;
  }
}
