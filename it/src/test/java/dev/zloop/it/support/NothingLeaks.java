package dev.zloop.it.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For every class of tests, found by its service file: when a class is over and its loops are
 * closed, it has left no descriptor open, and no buffer unreleased.
 */
public final class NothingLeaks implements BeforeAllCallback, AfterAllCallback {
  private static final String BEFORE = "descriptors before";

  static {
    OpenBuffers.install();
    openWhatTheJdkKeeps();
  }

  /** Socket channels share a descriptor that the JDK makes once and keeps. */
  private static void openWhatTheJdkKeeps() {
    try (var listener = Peer.listen();
        var channel = SocketChannel.open(listener.getLocalAddress());
        var socket =
            new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.socket().getLocalPort());
        var selector = channel.provider().openSelector()) {
      channel.configureBlocking(false).register(selector, 0);
      socket.setTcpNoDelay(true);
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(ExtensionContext.Namespace.create(NothingLeaks.class));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    store(context).put(BEFORE, OpenDescriptors.now());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    OpenDescriptors before = store(context).get(BEFORE, OpenDescriptors.class);
    if (!Await.comesTrue(() -> OpenDescriptors.now().isWithin(before))) {
      throw new AssertionError("open before: " + before + ", after: " + OpenDescriptors.now());
    }
    OpenBuffers.awaitNone();
  }
}
