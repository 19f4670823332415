package dev.zloop.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @Test
  void everyOptionHasADefault() throws Exception {
    Options options = Options.parse();
    assertEquals(0, options.port);
    assertEquals(50, options.connections);
    assertEquals(1024, options.sizeBytes);
    assertEquals(5, options.seconds);
    assertEquals(Optional.empty(), options.backend);
    assertFalse(options.serve);
  }

  @Test
  void valuesStandBehindASpaceOrAnEqualsSign() throws Exception {
    Options options =
        Options.parse(
            "--port",
            "7000",
            "--connections=3",
            "--size",
            "1",
            "--seconds=9",
            "--backend=epoll",
            "--serve");
    assertEquals(7000, options.port);
    assertEquals(3, options.connections);
    assertEquals(1, options.sizeBytes);
    assertEquals(9, options.seconds);
    assertEquals(Optional.of(Backend.EPOLL), options.backend);
    assertTrue(options.serve);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port",
        "--port 65536",
        "--port -1",
        "--port http",
        "--connections 0",
        "--connections 10001",
        "--size 0",
        "--size 16777217",
        "--seconds 0",
        "--seconds 1.5",
        "--backend select",
        "--serve=yes",
        "--speed 9",
        "7000"
      })
  void whatMakesNoSenseIsRefused(String arguments) {
    assertThrows(
        Options.BadOptionException.class, () -> Options.parse(arguments.split(" ")), arguments);
  }

  @Test
  void noSecondsAtAllIsForServing() throws Exception {
    assertEquals(0, Options.parse("--serve", "--seconds", "0").seconds);
  }

  @Test
  void theUsageTextTellsTheDefaults() throws Exception {
    Options options = Options.parse();
    for (int value :
        new int[] {options.port, options.connections, options.sizeBytes, options.seconds}) {
      assertTrue(Options.USAGE.contains("(default " + value + ")"), "" + value);
    }
  }
}
