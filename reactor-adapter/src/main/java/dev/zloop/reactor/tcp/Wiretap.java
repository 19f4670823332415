package dev.zloop.reactor.tcp;

import dev.zloop.reactor.observation.WireLog;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;

/** Logs what a connection receives and sends, and what happens to it. */
record Wiretap(WireLog.Lines lines) implements ConnectionWatcher {

  @Override
  public void onOpened() {
    lines.log("ACTIVE");
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    lines.log("READ", buffer);
  }

  @Override
  public void onWritten(ByteBuf buffer) {
    lines.log("WRITE", buffer);
  }

  @Override
  public void onFileWritten(long bytes) {
    lines.log("WRITE: " + bytes + "B of a file");
  }

  @Override
  public void onFlush() {
    lines.log("FLUSH");
  }

  @Override
  public void onSecured(TlsSession session) {
    lines.log("SECURED: " + session.protocol() + ", " + session.cipherSuite());
  }

  @Override
  public void onInputEnd(Throwable failure) {
    lines.log(failure == null ? "INPUT END" : "INPUT END: " + failure);
  }

  @Override
  public void onBroken(Throwable cause) {
    lines.log("EXCEPTION: " + cause);
  }

  @Override
  public void onClosed(Throwable cause) {
    lines.log(cause == null ? "INACTIVE" : "INACTIVE: " + cause);
  }
}
