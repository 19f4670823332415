package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_DEFER_TASKRUN;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SINGLE_ISSUER;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_SUBMIT_ALL;

import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tries the features of io_uring one by one, for a person who wants to know which of them a kernel
 * or a sandbox does not have. {@link UringProbe} only tells the first that is missing.
 */
public final class UringCheckup {

  /**
   * A feature that was tried.
   *
   * @param name as the kernel's headers have it, with the version of Linux that brought it
   * @param required whether a loop cannot do without
   * @param lack why it is not there, or empty if it is
   */
  public record Feature(String name, boolean required, Optional<String> lack) {}

  private final UringSyscalls syscalls;
  private final List<Feature> features = new ArrayList<>();

  private UringCheckup(UringSyscalls syscalls) {
    this.syscalls = syscalls;
  }

  /**
   * Tries them all; those that build on one that is missing are left out.
   *
   * @return in the order in which they build on each other
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static List<Feature> examine() {
    return examine(LinuxUringSyscalls.open());
  }

  /** For tests, which bring kernels that lack something. */
  static List<Feature> examine(UringSyscalls syscalls) {
    UringCheckup checkup = new UringCheckup(syscalls);
    checkup.tryAll();
    return checkup.features;
  }

  private void tryAll() {
    if (!trySetup()) {
      return;
    }
    int defers = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    tryFlags("IORING_SETUP_SUBMIT_ALL (5.18)", IORING_SETUP_SUBMIT_ALL);
    tryFlags("IORING_SETUP_SINGLE_ISSUER (6.0)", IORING_SETUP_SINGLE_ISSUER);
    tryFlags("IORING_SETUP_DEFER_TASKRUN (6.1)", defers);
    if (features.stream().allMatch(feature -> feature.lack().isEmpty())) {
      tryRing();
    }
  }

  private boolean trySetup() {
    Optional<String> lack = Optional.empty();
    try (Region params = Region.allocate(UringParams.SIZE, Long.BYTES)) {
      syscalls.close(ErrnoException.check("io_uring_setup", syscalls.setup(1, params.address())));
    } catch (ErrnoException e) {
      lack = Optional.of(UringProbe.explain(e, syscalls));
    }
    features.add(new Feature("io_uring_setup (5.1)", true, lack));
    return lack.isEmpty();
  }

  private void tryFlags(String name, int flags) {
    add(name, true, UringRefusal.knows(syscalls, flags));
  }

  private void tryRing() {
    try (Ring ring = new Ring(UringProbe.SMALL, syscalls, new UringFeatures(true, true))) {
      add("IORING_REGISTER_PBUF_RING (5.19)", true, true);
      new TreeMap<>(UringProbe.OPERATIONS)
          .forEach((operation, name) -> add(name, true, ring.supports(operation)));
      add("IOU_PBUF_RING_INC (6.12)", false, ring.isIncremental());
      UringCompletor completor = new UringCompletor(ring, true);
      ErrnoException.check("io_uring_enter", completor.enter(0));
      features.add(new Feature("io_uring_enter (5.1)", true, Optional.empty()));
      add("IORING_RECV_MULTISHOT with bounds (6.17)", false, UringProbe.capsMultishot(completor));
      add("IORING_REGISTER_SEND_MSG_RING (6.13)", false, ring.sendMessage() == 0);
    } catch (ErrnoException e) {
      features.add(new Feature(e.call(), true, Optional.of(UringProbe.explain(e, syscalls))));
    }
  }

  private void add(String name, boolean required, boolean has) {
    features.add(
        new Feature(name, required, has ? Optional.empty() : Optional.of("this kernel lacks it")));
  }
}
