package dev.zloop.core.transport;

import java.util.ArrayList;
import java.util.List;

/** Notes what a stream at the seam tells. */
final class StreamRecorder implements StreamEvents {
  final List<String> told = new ArrayList<>();
  StreamIo stream;
  long received;

  @Override
  public void onConnected(int result) {
    told.add("connected " + result);
  }

  @Override
  public void onReceived(Lease lease) {
    received += lease.length();
    lease.release();
  }

  @Override
  public void onEof() {
    told.add("eof");
  }

  @Override
  public void onSent(int result) {
    told.add("sent " + result);
  }

  @Override
  public void onBroken(int errno) {
    told.add("broken " + errno);
  }

  @Override
  public void onReceiveFailed(int errno) {
    told.add("receive failed " + errno);
  }

  @Override
  public void onClosed() {
    told.add("closed");
  }
}
