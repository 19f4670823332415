package dev.zloop.core.edge;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * The JVM's own way to signals, {@code sun.misc.Signal} of the module jdk.unsupported. By
 * reflection, since there is no other: compilers warn of every use of the class by name. It is used
 * in this class only.
 */
final class JvmSignal {
  private static final String PACKAGE = "sun.misc.";

  /** The JVM lets them be taken over, and works no more, or worse: mapped files, JFR, writes. */
  private static final Set<String> NEEDED_BY_JVM = Set.of("BUS", "PIPE", "USR2", "XFSZ");

  /** Those that -Xrs leaves to the system. */
  private static final Set<String> ENDING = Set.of("HUP", "INT", "TERM");

  private JvmSignal() {}

  /** What {@link #install} takes: calls the runnable, on a thread of the JVM's own. */
  static Object handler(Runnable onSignal) {
    Class<?> type = type("SignalHandler");
    return Proxy.newProxyInstance(
        JvmSignal.class.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                onSignal.run();
                yield null;
              }
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "zloop"; // toString
            });
  }

  /**
   * Sets a signal's handler.
   *
   * @param handler made by {@link #handler}, or returned by this
   * @return the one before; null if that was set by another name of the signal
   * @throws IllegalArgumentException if there is no such signal, or it is none for programs
   */
  static Object install(String name, Object handler) {
    Object signal = find(name);
    if (NEEDED_BY_JVM.contains(name)) {
      throw kept(name, "is what the JVM itself works with", null);
    }
    try {
      Method handle = type("Signal").getMethod("handle", type("Signal"), type("SignalHandler"));
      return known(handle.invoke(null, signal, handler));
    } catch (InvocationTargetException e) {
      throw refused(name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw missing(e);
    }
  }

  /**
   * The number of a signal: some have two names, and are one.
   *
   * @throws IllegalArgumentException if there is no such signal
   */
  static int number(String name) {
    return (int) call(find(name), "getNumber");
  }

  /**
   * Gives a signal that came to the handler that it was taken from, which may be the system's own.
   *
   * @param handler returned by {@link #install}
   */
  static void pass(String name, Object handler) {
    Object signal = find(name);
    try {
      if (handler == null || handler == byDefault("SIG_IGN")) {
        return;
      }
      if (handler == byDefault("SIG_DFL")) {
        install(name, handler);
        type("Signal").getMethod("raise", type("Signal")).invoke(null, signal);
      } else {
        type("SignalHandler").getMethod("handle", type("Signal")).invoke(handler, signal);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("signal " + name + " was not passed on", e);
    }
  }

  /** What a signal does, or does not, where no program has taken it. */
  static Object byDefault(String constant) {
    try {
      return type("SignalHandler").getField(constant).get(null);
    } catch (ReflectiveOperationException e) {
      throw missing(e);
    }
  }

  private static Object call(Object signal, String method) {
    try {
      return type("Signal").getMethod(method).invoke(signal);
    } catch (ReflectiveOperationException e) {
      throw missing(e);
    }
  }

  private static Object find(String name) {
    try {
      return type("Signal").getConstructor(String.class).newInstance(name);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "signal \""
              + name
              + "\" is not known here, expected a name as kill -l lists them, without SIG:"
              + " such as TERM, INT, HUP or USR1",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw missing(e);
    }
  }

  /** A handler that was set by another name of the signal is told as a wrapper of nothing. */
  private static Object known(Object handler) {
    if (handler != null && handler.getClass().getName().startsWith(PACKAGE)) {
      try {
        handler.toString();
      } catch (NullPointerException wrapsNothing) {
        return null;
      }
    }
    return handler;
  }

  private static IllegalArgumentException refused(String name, Throwable cause) {
    if (ENDING.contains(name)) {
      return new IllegalArgumentException(
          "signal "
              + name
              + " is left to the system, as the JVM was told to by -Xrs: start it without",
          cause);
    }
    return kept(name, "is kept by the JVM or by the system", cause);
  }

  private static IllegalArgumentException kept(String name, String why, Throwable cause) {
    return new IllegalArgumentException(
        "signal " + name + " " + why + ": take another, such as TERM, INT, HUP or USR1", cause);
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(PACKAGE + name);
    } catch (ClassNotFoundException e) {
      throw missing(e);
    }
  }

  private static UnsupportedOperationException missing(ReflectiveOperationException cause) {
    return new UnsupportedOperationException(
        "this Java runtime has no signals: they are in its module jdk.unsupported, which"
            + " --add-modules adds to a runtime made by jlink",
        cause);
  }
}
