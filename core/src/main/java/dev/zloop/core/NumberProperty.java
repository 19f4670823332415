package dev.zloop.core;

/**
 * A system property that is a whole number.
 *
 * @param name of the property
 * @param min the least that it may be
 * @param max the most that it may be
 * @param otherwise what counts where it is not set
 */
record NumberProperty(String name, long min, long max, long otherwise) {

  /**
   * What is set, or the default.
   *
   * @throws IllegalArgumentException if it is no number, or out of its range
   */
  long get() {
    String value = System.getProperty(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return require(name, Long.parseLong(value.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " is \"" + value + "\", expected a whole number from " + min + " to " + max, e);
    }
  }

  /**
   * A number that was given in place of the property, under a name of its own.
   *
   * @throws IllegalArgumentException if it is out of the range
   */
  long require(String givenAs, long value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          givenAs + " is " + value + ", expected from " + min + " to " + max);
    }
    return value;
  }
}
