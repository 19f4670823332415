package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Somebody who uses a program from outside, by a plain socket, and speaks in lines or bytes. */
final class Visitor implements AutoCloseable {
  private final SocketChannel socket;
  private final BufferedReader reader;

  private Visitor(SocketAddress address) throws IOException {
    socket = SocketChannel.open(address);
    reader =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(socket), StandardCharsets.UTF_8));
  }

  /** Of a port of this machine. */
  static Visitor of(int port) throws IOException {
    return new Visitor(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  static Visitor of(UnixDomainSocketAddress address) throws IOException {
    return new Visitor(address);
  }

  /** Sends text as it is. */
  void say(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  void send(byte[] bytes) throws IOException {
    Channels.newOutputStream(socket).write(bytes);
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** The next line, or null at the end. Not together with {@link #receive}. */
  String hear() throws IOException {
    return reader.readLine();
  }

  void assertHears(String... lines) throws IOException {
    for (String line : lines) {
      assertEquals(line, hear());
    }
  }

  void assertHearsTheEnd() throws IOException {
    assertEquals(null, hear());
  }

  byte[] receive(int length) throws IOException {
    return Channels.newInputStream(socket).readNBytes(length);
  }

  byte[] receiveAll() throws IOException {
    return Channels.newInputStream(socket).readAllBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
