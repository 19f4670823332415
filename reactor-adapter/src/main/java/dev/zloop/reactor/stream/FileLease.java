package dev.zloop.reactor.stream;

import dev.zloop.core.edge.FilePart;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A part of a file, open until whoever sends of it has released it. */
public final class FileLease extends AbstractReferenceCounted {
  private final FilePart part;
  private final Executor executor;

  /** Takes the part, which the executor closes: that may wait for the disk. */
  public FileLease(FilePart part, Executor executor) {
    this.part = part;
    this.executor = executor;
  }

  /** What it is of; open as long as this is held. */
  public FilePart part() {
    return part;
  }

  @Override
  public FileLease retain() {
    super.retain();
    return this;
  }

  @Override
  protected void deallocate() {
    try {
      executor.execute(part::close);
    } catch (RejectedExecutionException shutDown) {
      part.close();
    }
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    return this;
  }
}
