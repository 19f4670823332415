package dev.zloop.nativereactor.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void everyConstantHasItsOwnName() throws IllegalAccessException {
    for (Field field : Errno.class.getFields()) {
      assertEquals(field.getName(), Errno.name(field.getInt(null)));
    }
  }

  @Test
  void everyNumberOfLinuxHasANameButTheTwoThatAreNone() {
    Set<Integer> nameless =
        IntStream.rangeClosed(1, 133)
            .filter(errno -> Errno.name(errno).startsWith("errno"))
            .boxed()
            .collect(Collectors.toSet());
    assertEquals(Set.of(41, 58), nameless);
  }

  @Test
  void namesAndDescriptionsAreThoseOfTheManual() {
    assertEquals("EPERM", Errno.name(1));
    assertEquals("ECONNREFUSED", Errno.name(111));
    assertEquals("Connection refused", Errno.description(111));
    assertEquals("EHWPOISON", Errno.name(133));
  }

  @Test
  void aNumberThatIsNoErrnoIsNamedByItself() {
    assertEquals("errno 4711", Errno.name(4711));
    assertEquals("errno 41", Errno.name(41));
    assertEquals("errno 0", Errno.name(0));
    assertEquals("errno -11", Errno.name(-11));
    assertEquals("Unknown error 4711", Errno.description(4711));
  }

  @Test
  void anErrnoExceptionNamesTheCallAndTheErrno() {
    ErrnoException e = new ErrnoException("eventfd", Errno.EMFILE);
    assertEquals("eventfd: EMFILE (Too many open files)", e.getMessage());
    assertEquals("eventfd", e.call());
    assertEquals(Errno.EMFILE, e.errno());
  }
}
