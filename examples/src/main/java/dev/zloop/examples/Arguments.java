package dev.zloop.examples;

/** What a person typed behind a program's name. Whatever does not fit ends the program. */
final class Arguments {

  /** As shells expect of a program that was called in a wrong way. */
  private static final int STATUS_OF_BAD_USAGE = 2;

  private final String usage;
  private final String[] arguments;

  /**
   * @param usage the line that shows how to call the program
   * @param max how many arguments it takes at the most
   */
  Arguments(String usage, String[] arguments, int max) {
    this.usage = usage;
    this.arguments = arguments;
    if (arguments.length > max) {
      refuse("there is one too many: " + arguments[max]);
    }
  }

  /** The number at a position, or {@code otherwise} if there is none. */
  int number(int position, int otherwise, int min, int max) {
    if (position >= arguments.length) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(arguments[position]);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // refused below
    }
    refuse(arguments[position] + " is not a number from " + min + " to " + max);
    return otherwise;
  }

  /** What stands at a position, where something has to. */
  String text(int position) {
    if (position >= arguments.length) {
      refuse("there is an argument missing");
    }
    return arguments[position];
  }

  /** A port to listen on, at the first position: 7000 if there is none. */
  int port() {
    return port(7000);
  }

  /** A port to listen on, at the first position. */
  int port(int otherwise) {
    return number(0, otherwise, 0, 65535);
  }

  private void refuse(String why) {
    System.err.println(why);
    System.err.println("usage: " + usage);
    System.exit(STATUS_OF_BAD_USAGE);
  }
}
