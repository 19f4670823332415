package dev.zloop.simulation.kernel;

/** What a completion says. */
final class Completion implements Agenda.Event {
  private final CompletionQueue queue;
  Operation operation;
  long userData;
  int result;
  boolean hasMore;
  int bufferId;
  boolean bufferHasMore;

  Completion(CompletionQueue queue) {
    this.queue = queue;
  }

  /** It comes up, later than it was made. */
  @Override
  public void happen(int what) {
    queue.comeUp(this);
  }
}
