package dev.zloop.core.restricted;

import dev.zloop.core.Doctor;
import java.util.List;

/** A program of its own, as {@link RestrictedEcho} is: what the doctor says, and which serves. */
final class RestrictedDoctor {
  private RestrictedDoctor() {}

  public static void main(String[] restrictions) {
    RestrictedEcho.forbid(List.of(restrictions));
    Doctor doctor = Doctor.examine();
    System.out.print(doctor.report());
    System.out.println(doctor.backend());
  }
}
