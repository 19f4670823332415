package dev.zloop.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineChatTest {
  private static final String TEXT = "x".repeat(900);

  private Program chat;
  private int port;

  @BeforeEach
  void start() throws Exception {
    chat = Program.java(LineChat.class, "0");
    port = Integer.parseInt(chat.awaitLine("chatting on 127\\.0\\.0\\.1:(\\d+)").group(1));
  }

  @AfterEach
  void kill() throws Exception {
    chat.close();
  }

  @Test
  void whatOneSaysAllOthersHear() throws Exception {
    try (Guest anna = new Guest();
        Guest bert = new Guest();
        Guest carl = new Guest()) {
      anna.say("hello");
      assertEquals("guest 1: hello", bert.hear("guest 1: .*"));
      assertEquals("guest 1: hello", carl.hear("guest 1: .*"));
      carl.say("grüß dich");
      assertEquals("guest 3: grüß dich", anna.hear("guest 3: .*"));
    }
  }

  @Test
  void whoHangsUpIsMissed() throws Exception {
    try (Guest anna = new Guest()) {
      try (Guest bert = new Guest()) {
        bert.socket.shutdownOutput();
        anna.hear("\\* guest 2 has gone");
        assertEquals(null, bert.read());
      }
      try (Guest carl = new Guest()) {
        carl.socket.setSoLinger(true, 0); // a reset
      }
      anna.hear("\\* guest 3 has gone");
    }
  }

  @Test
  void aGuestWhoDoesNotReadMissesLinesAndHoldsUpNobody() throws Exception {
    int batches = 60;
    int linesABatch = 100; // fewer than wait for a guest who merely reads late
    try (Guest talker = new Guest();
        Guest listener = new Guest();
        Guest sleeper = new Guest()) {
      for (int batch = 0; batch < batches; batch++) {
        talker.say((TEXT + "\n").repeat(linesABatch - 1) + TEXT);
        for (int line = 0; line < linesABatch; line++) {
          assertEquals("guest 1: " + TEXT, listener.hear("guest 1: .*"));
        }
      }

      int heard = 0;
      int leftOut = 0;
      while (heard + leftOut < batches * linesABatch) {
        if (leftOut == 0 && sleeper.hasNothingToRead()) {
          talker.say("still there?"); // lines left out are told of with the next that fits
        }
        String line = sleeper.read();
        if (line.equals("guest 1: " + TEXT)) {
          heard++;
        } else if (line.endsWith(" lines were left out, you read too slowly")) {
          leftOut += Integer.parseInt(line.split(" ")[1]);
        }
      }
      assertTrue(leftOut > 0, "nothing was left out");
    }
  }

  /** Somebody with nc. */
  private final class Guest implements AutoCloseable {
    final Socket socket = new Socket();
    final BufferedReader in;
    final Writer out;

    Guest() throws Exception {
      socket.setReceiveBufferSize(4096); // so that the kernel does not read for whoever sleeps
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 512);
      out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
      hear("\\* you are guest \\d+, .*");
    }

    void say(String line) throws IOException {
      out.write(line + "\n");
      out.flush();
    }

    String read() throws IOException {
      return in.readLine();
    }

    /** Reads on until a line matches. */
    String hear(String regex) throws IOException {
      String line = read();
      while (!line.matches(regex)) {
        line = read();
      }
      return line;
    }

    /** Waits for something to read, but not for long: then there is nothing. */
    boolean hasNothingToRead() throws IOException {
      int patience = socket.getSoTimeout();
      socket.setSoTimeout(200);
      try {
        in.mark(1);
        in.read();
        in.reset();
        return false;
      } catch (SocketTimeoutException nothing) {
        return true;
      } finally {
        socket.setSoTimeout(patience);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
