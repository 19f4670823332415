package dev.zloop.reactor.stream;

import dev.zloop.core.edge.FilePart;
import dev.zloop.core.loop.EventLoop;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.util.concurrent.RejectedExecutionException;

/** A part of a file, open until whoever sends of it has released it. */
public final class FileLease extends AbstractReferenceCounted {
  private final FilePart part;
  private final EventLoop loop;

  /** Takes the part, which the loop's executor closes: that may wait for the disk. */
  public FileLease(FilePart part, EventLoop loop) {
    this.part = part;
    this.loop = loop;
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
      loop.offload(part::close);
    } catch (RejectedExecutionException refused) {
      part.close();
    }
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    return this;
  }
}
