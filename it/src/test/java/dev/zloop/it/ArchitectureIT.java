package dev.zloop.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The house stands as it is drawn: each part knows only the parts below it. */
class ArchitectureIT {
  private static final String NATIVE_REACTOR = "dev.zloop.nativereactor..";
  private static final String CORE = "dev.zloop.core..";
  private static final String REACTOR_ADAPTER = "dev.zloop.reactor..";
  private static final String LOOP = "dev.zloop.core.loop..";
  private static final String TRANSPORT = "dev.zloop.core.transport..";
  private static final String EDGE = "dev.zloop.core.edge..";
  private static final String SYS = "dev.zloop.nativereactor.sys..";
  private static final String POLL = "dev.zloop.nativereactor.poll..";
  private static final String URING = "dev.zloop.nativereactor.uring..";
  private static final String JAVA = "java..";
  private static final String FLIGHT_RECORDER = "jdk.jfr..";

  private static JavaClasses libraries;

  @BeforeAll
  static void importTheLibraries() {
    libraries =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.zloop.nativereactor", "dev.zloop.core", "dev.zloop.reactor");
  }

  private static void check(ArchRule rule) {
    rule.check(libraries);
  }

  @Test
  void nativeReactorKnowsTheJdkAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(NATIVE_REACTOR)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(NATIVE_REACTOR, JAVA));
  }

  @Test
  void coreKnowsNativeReactorAndNeitherNettyNorReactor() {
    check(
        classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE, NATIVE_REACTOR, JAVA, FLIGHT_RECORDER));
  }

  @Test
  void theReactorAdapterMakesNoSystemCallsAndPollsNothing() {
    check(
        noClasses()
            .that()
            .resideInAPackage(REACTOR_ADAPTER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SYS, POLL, URING));
  }

  @Test
  void theLoopKnowsNeitherTransportsNorTheEdge() {
    check(
        noClasses()
            .that()
            .resideInAPackage(LOOP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TRANSPORT, EDGE));
  }

  @Test
  void transportsDoNotKnowTheEdge() {
    check(
        noClasses()
            .that()
            .resideInAPackage(TRANSPORT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(EDGE));
  }

  @Test
  void theEdgeKnowsNoPollerAndNoRing() {
    check(
        noClasses()
            .that()
            .resideInAPackage(EDGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(POLL, URING));
  }

  @Test
  void theSyscallLayerAloneCallsNativeCode() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(SYS)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker"));
  }

  @Test
  void theSyscallLayerDoesNotKnowThePollers() {
    check(
        noClasses()
            .that()
            .resideInAPackage(SYS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(POLL, URING));
  }

  @Test
  void librariesPrintNothing() {
    check(
        noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err"));
  }
}
