package dev.zloop.reactor.udp;

import dev.zloop.reactor.observation.WireLog;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * Logs what a socket receives and sends, and what happens to it.
 *
 * @param connected whether there is one peer, which each line names already
 */
record UdpTap(WireLog.Lines lines, boolean connected) implements UdpWatcher {

  @Override
  public void onOpened() {
    lines.log("ACTIVE");
  }

  @Override
  public void onReceived(InetSocketAddress sender, ByteBuf content) {
    lines.log("READ", "from", connected ? null : sender, content);
  }

  @Override
  public void onWritten(InetSocketAddress recipient, ByteBuf content) {
    lines.log("WRITE", "to", connected ? null : recipient, content);
  }

  @Override
  public void onError(InetSocketAddress recipient, Throwable error) {
    lines.log("EXCEPTION: " + error);
  }

  @Override
  public void onClosed(Throwable cause) {
    lines.log(cause == null ? "INACTIVE" : "INACTIVE: " + cause);
  }
}
