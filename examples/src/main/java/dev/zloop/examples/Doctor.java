package dev.zloop.examples;

/**
 * What loops have to do with on this machine: limits, backends, and features of the kernel. Ends
 * with status 1 if no loop can be made here.
 */
public final class Doctor {

  private Doctor() {}

  /** Ends when it has said all. */
  public static void main(String[] args) {
    new Arguments("Doctor", args, 0);
    dev.zloop.core.Doctor doctor = dev.zloop.core.Doctor.examine();
    System.out.print(doctor.report());
    System.exit(doctor.backend().isPresent() ? 0 : 1);
  }
}
