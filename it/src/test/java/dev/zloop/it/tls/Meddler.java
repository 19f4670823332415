package dev.zloop.it.tls;

import dev.zloop.it.support.Background;
import dev.zloop.it.support.Peer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody between a client and a server, for one connection: carries what they send, and at one
 * place does what he was told.
 */
final class Meddler implements AutoCloseable {

  enum Meddling {
    NOTHING,
    RESET,
    END,
    CHANGE
  }

  /**
   * What to do, and where.
   *
   * @param toServer in which of the two directions
   * @param offset of the byte before which it is done, or which is changed
   */
  record Plan(Meddling meddling, boolean toServer, long offset) {}

  private final Plan plan;
  private final ServerSocketChannel listener = Peer.listen();
  private final CompletableFuture<Void> working;
  private volatile long toServer;
  private volatile long toClient;

  Meddler(SocketAddress server, Plan plan) throws IOException {
    this.plan = plan;
    working = Background.run(() -> carryBoth(server));
  }

  int port() {
    return listener.socket().getLocalPort();
  }

  long carried(boolean inDirectionOfServer) {
    return inDirectionOfServer ? toServer : toClient;
  }

  private void carryBoth(SocketAddress server) throws IOException {
    try (SocketChannel client = listener.accept();
        SocketChannel other = SocketChannel.open(server)) {
      CompletableFuture<Void> back = Background.run(() -> carry(other, client, false));
      carry(client, other, true);
      back.exceptionally(gone -> null).join();
    }
  }

  private void carry(SocketChannel from, SocketChannel to, boolean inDirectionOfServer)
      throws IOException {
    boolean here = plan.toServer() == inDirectionOfServer && plan.meddling() != Meddling.NOTHING;
    ByteBuffer bytes = ByteBuffer.allocate(16 << 10);
    long carried = 0;
    try {
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        long left = plan.offset() - carried;
        boolean now = here && left < bytes.limit();
        if (now && plan.meddling() == Meddling.CHANGE) {
          bytes.put((int) left, (byte) (bytes.get((int) left) ^ 0x10));
          here = false;
        } else if (now) {
          bytes.limit((int) left);
        }
        carried += bytes.limit();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
        count(inDirectionOfServer, carried);
        if (now && plan.meddling() == Meddling.RESET) {
          reset(from);
          reset(to);
          return;
        } else if (now && plan.meddling() == Meddling.END) {
          break;
        }
      }
      to.shutdownOutput();
      while (from.read(bytes.clear()) >= 0) {
        // nobody gets it
      }
    } catch (IOException gone) {
      reset(from);
      reset(to);
    }
  }

  private void count(boolean inDirectionOfServer, long carried) {
    if (inDirectionOfServer) {
      toServer = carried;
    } else {
      toClient = carried;
    }
  }

  private static void reset(SocketChannel channel) throws IOException {
    if (channel.isOpen()) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    working.exceptionally(gone -> null).join();
  }
}
