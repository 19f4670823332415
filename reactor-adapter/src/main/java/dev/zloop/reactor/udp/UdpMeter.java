package dev.zloop.reactor.udp;

import dev.zloop.reactor.observation.GuardedRecorder;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Tells a recorder what a socket does. */
final class UdpMeter implements UdpWatcher {

  /** Of an error, where nobody knows to or from whom. */
  private static final InetSocketAddress SOMEBODY =
      InetSocketAddress.createUnresolved("unknown", 0);

  private final GuardedRecorder recorder;
  private final InetSocketAddress local;

  /** Of a client, what it was told to connect to; null for a server. */
  private final SocketAddress remote;

  UdpMeter(GuardedRecorder recorder, InetSocketAddress local, SocketAddress remote) {
    this.recorder = recorder;
    this.local = local;
    this.remote = remote;
  }

  private SocketAddress peer(InetSocketAddress address) {
    return remote != null ? remote : address;
  }

  @Override
  public void onOpened() {
    if (remote == null) {
      recorder.tell(to -> to.recordServerConnectionOpened(local));
    }
  }

  @Override
  public void onReceived(InetSocketAddress sender, ByteBuf content) {
    int bytes = content.readableBytes();
    if (bytes > 0) {
      recorder.tell(to -> to.recordDataReceived(peer(sender), bytes));
    }
  }

  @Override
  public void onWritten(InetSocketAddress recipient, ByteBuf content) {
    int bytes = content.readableBytes();
    if (bytes > 0 && peer(recipient) != null) { // to nobody: it is about to be refused
      recorder.tell(to -> to.recordDataSent(peer(recipient), bytes));
    }
  }

  @Override
  public void onError(InetSocketAddress recipient, Throwable error) {
    SocketAddress peer = peer(recipient);
    recorder.tell(to -> to.incrementErrorsCount(peer == null ? SOMEBODY : peer, error));
  }

  @Override
  public void onClosed(Throwable cause) {
    if (cause != null) {
      onError(null, cause);
    }
    if (remote == null) {
      recorder.tell(to -> to.recordServerConnectionClosed(local));
    }
  }
}
