package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroundsTest {

  @ParameterizedTest
  @EnumSource(Backend.class)
  void everyBackendThatCanBeHadHereIsHeldToTheContracts(Backend backend) {
    assumeTrue(backend.isAvailable(), () -> backend + ": " + backend.unavailability().orElse(""));
    assertTrue(Grounds.ofThisMachine().stream().anyMatch(each -> each.backend() == backend));
  }
}
