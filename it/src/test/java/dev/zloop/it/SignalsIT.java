package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals that a program gets from outside. */
class SignalsIT {

  @Test
  void aLoopHearsThemAndOnceNobodyListensTheyDoWhatTheyDidBefore() {
    try (ChildJvm child = ChildJvm.start(command(List.of(), "TERM", "USR1"))) {
      assertEquals("ready for TERM", child.line());
      assertEquals("ready for USR1", child.line());
      child.signal("USR1");
      assertEquals("USR1 on probe", child.line());
      child.signal("TERM");
      assertEquals("TERM on probe", child.line());
      child.signal("TERM");
      assertEquals(128 + 15, child.exitStatus());
    }
  }

  @Test
  void whereTheJvmLeavesThemToTheSystemTheErrorSaysSo() {
    try (ChildJvm child = ChildJvm.start(command(List.of("-Xrs"), "TERM", "USR1"))) {
      assertEquals(
          "signal TERM is left to the system, as the JVM was told to by -Xrs: start it without",
          child.line());
      assertEquals("ready for USR1", child.line());
    }
  }

  private static List<String> command(List<String> options, String... signals) {
    List<String> command = new ArrayList<>(ChildJvm.javaCommand(SignalProbe.class));
    command.addAll(1, options);
    command.addAll(List.of(signals));
    return command;
  }
}
