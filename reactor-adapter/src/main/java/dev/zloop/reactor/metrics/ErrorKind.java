package dev.zloop.reactor.metrics;

import dev.zloop.core.NativeIoException;
import dev.zloop.reactor.tls.TlsException;
import java.io.IOException;

/** Names errors such that there are few names: by the kernel's, TLS's or the exception's own. */
final class ErrorKind {
  private ErrorKind() {}

  static String of(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof TlsException tls) {
        return "TLS_" + tls.reason();
      }
      if (cause instanceof NativeIoException io) {
        return io.errnoName();
      }
      if (cause.getClass() != IOException.class || cause.getCause() == null) {
        return nameOf(cause.getClass());
      }
    }
    return "unknown";
  }

  private static String nameOf(Class<?> type) {
    return type.getSimpleName().isEmpty() ? nameOf(type.getSuperclass()) : type.getSimpleName();
  }
}
