package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Descriptors;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.uring.Uring.Completion;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

/** Each operation, against real sockets. */
class UringCompletorTest {
  @Test
  void anAcceptGoesOnUntilItIsCancelled() {
    try (Uring uring = Uring.open()) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
      assertTrue(uring.completor.acceptMultishot(listener, SOCK_NONBLOCK | SOCK_CLOEXEC, 7));
      for (int i = 0; i < 3; i++) {
        int client = uring.sockets.socket(AF_INET, 0);
        ok(uring.sockets.connect(client, uring.sockets.localAddress(listener)));
        Completion accepted = uring.await(7);
        assertTrue(accepted.hasMore());
        int fd = uring.sockets.adopt(accepted.result());
        assertTrue(Descriptors.isNonBlocking(fd));
        assertTrue(Descriptors.isCloseOnExec(fd));
      }
      assertTrue(uring.completor.cancel(7));
      assertEquals(new Completion(7, -Errno.ECANCELED, false, -1, false), uring.await());
    }
  }

  @Test
  void aConnectSaysThatItIsConnectedOrWhyNot() {
    try (Uring uring = Uring.open()) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), 0);
      assertEquals(0, connect(uring, uring.sockets.localAddress(listener)));
      assertEquals(-Errno.ECONNREFUSED, connect(uring, uring.sockets.refusingAddress()));
    }
  }

  private static int connect(Uring uring, SocketAddress address) {
    int fd = uring.sockets.socket(AF_INET, SOCK_NONBLOCK);
    int length = SocketAddresses.encode(address, uring.bytes.address());
    assertTrue(uring.completor.connect(fd, uring.bytes.address(), length, 8));
    return uring.await(8).result();
  }

  @Test
  void aReceiveTakesWhatIsThereIntoAProvidedBuffer() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 9));
      ok(uring.sockets.send(pair.far(), "hello, world"));
      Completion first = uring.await(9);
      assertEquals("hello", uring.text(first));
      assertTrue(uring.completor.recv(pair.near(), 0, 1000, 9));
      assertEquals(", world", uring.text(uring.await(9)));
    }
  }

  @Test
  void aSendTakesWhatThereIsRoomFor() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.send(pair.near(), uring.put(0, "hi"), 2, MSG_NOSIGNAL, 1));
      assertEquals(2, uring.await(1).result());
      assertEquals("hi", uring.sockets.recvText(pair.far()));
    }
  }
}
