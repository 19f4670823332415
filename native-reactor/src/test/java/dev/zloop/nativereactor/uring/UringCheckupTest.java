package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_OP_ACCEPT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PBUF_RING;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_PROBE;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_DEFER_TASKRUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.UringParams;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is told of the features of io_uring, one by one. */
@NeedsUring
class UringCheckupTest {

  private static List<UringCheckup.Feature> examine(RecordingUring calls) {
    List<UringCheckup.Feature> features = UringCheckup.examine(calls);
    assertEquals(calls.opened, calls.closed);
    assertTrue(calls.mapped.isEmpty());
    return features;
  }

  private static List<String> lacking(List<UringCheckup.Feature> features) {
    return features.stream()
        .filter(feature -> feature.lack().isPresent())
        .map(UringCheckup.Feature::name)
        .toList();
  }

  @Test
  void whereRingsAreToBeHadNothingThatIsRequiredIsMissing() {
    List<UringCheckup.Feature> features = examine(new RecordingUring());
    assertEquals(
        List.of(), lacking(features.stream().filter(UringCheckup.Feature::required).toList()));
    assertEquals(
        3, features.stream().filter(feature -> !feature.required()).count(), features::toString);
    assertTrue(
        features.contains(new UringCheckup.Feature("IORING_OP_RECV", true, Optional.empty())),
        features::toString);
  }

  @Test
  void whatIsNotRequiredIsWhatTheProbeFinds() {
    UringFeatures found = UringProbe.features();
    List<String> lacking = lacking(examine(new RecordingUring()));
    assertEquals(
        !found.capsMultishot(), lacking.contains("IORING_RECV_MULTISHOT with bounds (6.17)"));
    assertEquals(!found.sendsMessages(), lacking.contains("IORING_REGISTER_SEND_MSG_RING (6.13)"));
  }

  @Test
  void whereRingsAreForbiddenNothingElseIsTried() {
    List<UringCheckup.Feature> features =
        examine(
            new RecordingUring() {
              @Override
              public int setup(int entries, long params) {
                return -Errno.EPERM;
              }
            });
    assertEquals(List.of("io_uring_setup (5.1)"), lacking(features));
    assertEquals(1, features.size());
    String lack = features.getFirst().lack().orElseThrow();
    assertTrue(lack.endsWith("(io_uring_setup: EPERM (Operation not permitted))"), lack);
  }

  @Test
  void aFlagThatIsMissingIsTheOnlyOneThatIsTold() {
    List<UringCheckup.Feature> features =
        examine(
            new RecordingUring() {
              @Override
              public int setup(int entries, long params) {
                return (UringParams.flags(params) & IORING_SETUP_DEFER_TASKRUN) != 0
                    ? -Errno.EINVAL
                    : super.setup(entries, params);
              }
            });
    assertEquals(List.of("IORING_SETUP_DEFER_TASKRUN (6.1)"), lacking(features));
    assertEquals(4, features.size());
  }

  @Test
  void anOperationThatIsMissingHidesNoOther() {
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            int result = super.register(fd, operation, argument, count);
            if (operation == IORING_REGISTER_PROBE) {
              Memory.putShort(argument + 16 + IORING_OP_ACCEPT * 8 + 2, (short) 0);
            }
            return result;
          }
        };
    List<UringCheckup.Feature> features = examine(calls);
    assertTrue(lacking(features).contains("IORING_OP_ACCEPT"), features::toString);
    assertTrue(
        features.contains(new UringCheckup.Feature("IORING_OP_CONNECT", true, Optional.empty())));
  }

  @Test
  void aKernelWithoutRingsOfBuffersIsToldSo() {
    List<UringCheckup.Feature> features =
        examine(
            new RecordingUring() {
              @Override
              public int register(int fd, int operation, long argument, int count) {
                return operation == IORING_REGISTER_PBUF_RING
                    ? -Errno.EINVAL
                    : super.register(fd, operation, argument, count);
              }
            });
    assertEquals(List.of("IORING_REGISTER_PBUF_RING"), lacking(features));
    assertTrue(features.getLast().lack().orElseThrow().contains("Linux 5.19"));
  }
}
