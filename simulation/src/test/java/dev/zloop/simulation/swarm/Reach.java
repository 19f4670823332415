package dev.zloop.simulation.swarm;

import static dev.zloop.simulation.kernel.SocketState.BOTH_ENDED;
import static dev.zloop.simulation.kernel.SocketState.BROKEN;
import static dev.zloop.simulation.kernel.SocketState.CONNECTING;
import static dev.zloop.simulation.kernel.SocketState.FRESH;
import static dev.zloop.simulation.kernel.SocketState.INPUT_ENDED;
import static dev.zloop.simulation.kernel.SocketState.LISTENING;
import static dev.zloop.simulation.kernel.SocketState.NO_SOCKET;
import static dev.zloop.simulation.kernel.SocketState.OPEN;
import static dev.zloop.simulation.kernel.SocketState.OUTPUT_ENDED;

import dev.zloop.simulation.Fault;
import dev.zloop.simulation.kernel.Call;
import dev.zloop.simulation.kernel.SocketState;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which faults can hit which calls in which states: what the coverage table must show. Whatever is
 * not listed is out of reach, for the reason that stands beside it; the swarm fails to be right
 * about that when such a cell is hit, and tells.
 */
final class Reach {
  private static final Set<SocketState> NOWHERE = EnumSet.noneOf(SocketState.class);
  private static final Set<SocketState> WAITING = EnumSet.of(NO_SOCKET);
  private static final Set<SocketState> NEW = EnumSet.of(FRESH);
  private static final Set<SocketState> LISTENER = EnumSet.of(LISTENING);

  private static final Set<SocketState> STANDING =
      EnumSet.of(OPEN, INPUT_ENDED, OUTPUT_ENDED, BOTH_ENDED);

  /** Once the end has arrived, all is there: a receive has no reason to bring less than it can. */
  private static final Set<SocketState> MORE_TO_COME = EnumSet.of(OPEN, OUTPUT_ENDED);

  /**
   * Nothing is sent after this end's output has ended. Both ended, though: the peer of a Unix
   * socket closes both ways.
   */
  private static final Set<SocketState> SENDING = EnumSet.of(OPEN, INPUT_ENDED, BOTH_ENDED);

  /** And of what has ended both ways, no send takes anything. */
  private static final Set<SocketState> TAKING = EnumSet.of(OPEN, INPUT_ENDED);

  /**
   * A stream looks for its end once that was announced: then the input has ended, or, as a reset
   * does it, the connection broke and came back as nothing. Before, only a failed send makes it
   * look; and who has ended its output sends no more.
   */
  private static final Set<SocketState> LOOKING = EnumSet.of(OPEN, INPUT_ENDED, BOTH_ENDED);

  /** What was asked of a connection is told when it is broken, too. */
  private static final Set<SocketState> RECEIVING =
      EnumSet.of(OPEN, INPUT_ENDED, OUTPUT_ENDED, BOTH_ENDED, BROKEN);

  private static final Set<SocketState> SENDING_OR_BROKEN =
      EnumSet.of(OPEN, INPUT_ENDED, BOTH_ENDED, BROKEN);

  private Reach() {}

  static boolean isReachable(Fault fault, Call call, SocketState state) {
    return states(fault, call).contains(state);
  }

  static boolean anywhere(Fault fault, Call call) {
    return !states(fault, call).isEmpty();
  }

  private static Set<SocketState> states(Fault fault, Call call) {
    return switch (fault) {
      case SHORT_READ -> isReceive(call) ? MORE_TO_COME : NOWHERE;
      case SHORT_WRITE -> isSend(call) ? TAKING : NOWHERE;
      case WOULD_BLOCK -> ofWouldBlock(call);
      case INTERRUPTED -> ofInterrupted(call);
      case RESET -> ofBreak(call);
      case TIMED_OUT -> isConnect(call) ? NEW : ofBreak(call);
      case BROKEN_PIPE -> isSend(call) ? SENDING : NOWHERE;
      case REFUSED, UNREACHABLE -> isConnect(call) ? NEW : NOWHERE;
      case ABORTED -> isAccept(call) ? LISTENER : NOWHERE;
      case OUT_OF_DESCRIPTORS, OUT_OF_FILES -> ofShortage(call);
      case NO_BUFFERS -> call == Call.SETSOCKOPT ? ofSetsockopt() : ofMemory(call);
      case NO_MEMORY -> ofNoMemory(call);
      case LATE_COMPLETION -> ofLateCompletion(call);
      case REORDERED_COMPLETION -> call == Call.ENTER ? WAITING : NOWHERE;
      case BUFFERS_EXHAUSTED -> isReceiveOperation(call) ? RECEIVING : NOWHERE;
      case COMPLETION_OVERFLOW -> call == Call.ENTER ? WAITING : ofMultishot(call);
      case MULTISHOT_ENDS -> ofMultishot(call);
      case SUBMISSION_FULL -> ofSubmission(call);
      case SPURIOUS_EDGE -> call == Call.POLL ? ofEdge() : NOWHERE;
      case STALE_EVENT -> call == Call.POLL ? WAITING : NOWHERE;
      case SPURIOUS_WAKEUP, WAKEUP_RACE, CLOCK_JUMP -> isWait(call) ? WAITING : NOWHERE;
      case LATE_PACKET -> ofLatePacket(call);
      case DESCRIPTOR_REUSED -> ofReuse(call);
    };
  }

  private static Set<SocketState> ofWouldBlock(Call call) {
    if (isAccept(call)) {
      return LISTENER;
    }
    if (call == Call.PEEK) {
      return EnumSet.of(OPEN); // see LOOKING, and MORE_TO_COME
    }
    return isReceive(call) ? MORE_TO_COME : isSend(call) ? TAKING : NOWHERE;
  }

  private static Set<SocketState> ofInterrupted(Call call) {
    if (isConnect(call)) {
      return NEW;
    }
    return isWait(call)
        ? WAITING
        : call == Call.CLOSE ? EnumSet.complementOf(EnumSet.of(NO_SOCKET)) : NOWHERE;
  }

  private static Set<SocketState> ofBreak(Call call) {
    if (call == Call.SHUTDOWN) {
      return SENDING; // once; where both have ended, the peer of a Unix socket has closed
    }
    return call == Call.PEEK
        ? LOOKING
        : isReceive(call) ? STANDING : isSend(call) ? SENDING : NOWHERE;
  }

  private static Set<SocketState> ofShortage(Call call) {
    return call == Call.SOCKET ? WAITING : isAccept(call) ? LISTENER : NOWHERE;
  }

  /** Where the kernel needs memory. */
  private static Set<SocketState> ofMemory(Call call) {
    Set<SocketState> broken = call == Call.SHUTDOWN ? NOWHERE : ofBreak(call);
    return isConnect(call) ? NEW : broken.isEmpty() ? ofShortage(call) : broken;
  }

  private static Set<SocketState> ofNoMemory(Call call) {
    return switch (call) {
      case BIND -> NEW;
      // Registered as soon as they are made, whatever the peer may have done by then; but their
      // output has not ended, but for a Unix socket whose peer has closed.
      case WATCH -> EnumSet.of(FRESH, LISTENING, CONNECTING, OPEN, INPUT_ENDED, BOTH_ENDED, BROKEN);
      default -> ofMemory(call);
    };
  }

  /** Of listeners and new sockets, and of what was just accepted, whatever the peer did by then. */
  private static Set<SocketState> ofSetsockopt() {
    return EnumSet.of(FRESH, OPEN, INPUT_ENDED, BOTH_ENDED, BROKEN);
  }

  private static Set<SocketState> ofLateCompletion(Call call) {
    return switch (call) {
      case ACCEPT_OPERATION -> LISTENER;
      // A peer may have ended, or gone, by the time at which the connect is told; this end has not.
      case CONNECT_OPERATION -> EnumSet.of(FRESH, CONNECTING, OPEN, INPUT_ENDED, BROKEN);
      case RECV_OPERATION, RECV_MULTISHOT, POLL_MULTISHOT -> RECEIVING;
      case SEND_OPERATION, SENDMSG_OPERATION -> SENDING_OR_BROKEN;
      default -> NOWHERE;
    };
  }

  private static Set<SocketState> ofMultishot(Call call) {
    return switch (call) {
      case ACCEPT_OPERATION -> LISTENER;
      case RECV_MULTISHOT -> RECEIVING;
      case POLL_MULTISHOT -> EnumSet.of(INPUT_ENDED, BOTH_ENDED, BROKEN); // it waits for no less
      default -> NOWHERE;
    };
  }

  private static Set<SocketState> ofSubmission(Call call) {
    return switch (call) {
      case CANCEL -> EnumSet.allOf(SocketState.class);
      case CONNECT_OPERATION -> NEW;
      default -> ofLateCompletion(call);
    };
  }

  /** A socket that is connecting is ready for nothing, and so has no edge. */
  private static Set<SocketState> ofEdge() {
    return EnumSet.complementOf(EnumSet.of(NO_SOCKET, CONNECTING));
  }

  /** What is late is of a sender: who is broken sends nothing, and a listener only refuses. */
  private static Set<SocketState> ofLatePacket(Call call) {
    return switch (call) {
      case CONNECT -> EnumSet.of(CONNECTING);
      case SEND -> EnumSet.of(LISTENING, CONNECTING, OPEN, INPUT_ENDED, OUTPUT_ENDED, BOTH_ENDED);
      default -> NOWHERE;
    };
  }

  private static Set<SocketState> ofReuse(Call call) {
    return switch (call) {
      case SOCKET -> NEW;
      case ACCEPT -> EnumSet.of(OPEN, INPUT_ENDED, BOTH_ENDED, BROKEN);
      // Accepted when a turn enters the kernel, after what was closed between the turns.
      case ACCEPT_OPERATION -> EnumSet.of(OPEN);
      default -> NOWHERE;
    };
  }

  /**
   * What can happen and hardly does, once in a million seeds: not missed where it did not, and no
   * surprise where it did. A peer that is gone already when a turn that enters the kernel accepts
   * it, at the number of a descriptor that was closed between the turns.
   */
  static boolean isRare(Fault fault, Call call, SocketState state) {
    return fault == Fault.DESCRIPTOR_REUSED
        && call == Call.ACCEPT_OPERATION
        && EnumSet.of(INPUT_ENDED, BOTH_ENDED, BROKEN).contains(state);
  }

  // ---- kinds of calls

  private static boolean isReceive(Call call) {
    return call == Call.RECV || isReceiveOperation(call);
  }

  private static boolean isReceiveOperation(Call call) {
    return call == Call.RECV_OPERATION || call == Call.RECV_MULTISHOT;
  }

  private static boolean isSend(Call call) {
    return call == Call.SEND
        || call == Call.SENDMSG
        || call == Call.SEND_OPERATION
        || call == Call.SENDMSG_OPERATION;
  }

  private static boolean isConnect(Call call) {
    return call == Call.CONNECT || call == Call.CONNECT_OPERATION;
  }

  private static boolean isAccept(Call call) {
    return call == Call.ACCEPT || call == Call.ACCEPT_OPERATION;
  }

  private static boolean isWait(Call call) {
    return call == Call.POLL || call == Call.ENTER;
  }
}
