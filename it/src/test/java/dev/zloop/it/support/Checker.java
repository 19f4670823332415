package dev.zloop.it.support;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Compares what arrives with a pattern, from its start on. For one thread at a time. */
public final class Checker implements Consumer<ByteBuf> {
  private final Pattern pattern;
  private volatile long received;

  public Checker(Pattern pattern) {
    this.pattern = pattern;
  }

  public Checker() {
    this(Pattern.DEFAULT);
  }

  /** Looks at all of the buffer, and neither reads nor releases it. */
  @Override
  public void accept(ByteBuf buffer) {
    pattern.check(buffer.nioBuffer(), received);
    received += buffer.readableBytes();
  }

  /** How many bytes were right so far. */
  public long received() {
    return received;
  }
}
