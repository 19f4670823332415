package dev.zloop.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate for localhost that vouches for itself, made by the JDK's keytool: good enough to
 * try TLS with, where the other side is told to trust it.
 */
record SelfSigned(Path keyStore, Path certificate) {
  static final String PASSWORD = "changeit";

  /** Makes a key and its certificate, in a directory of its own that goes when the JVM does. */
  static SelfSigned make() {
    try {
      Path directory = Files.createTempDirectory("zloop-tls");
      SelfSigned made =
          new SelfSigned(directory.resolve("key.p12"), directory.resolve("certificate.pem"));
      List.of(directory, made.keyStore, made.certificate)
          .forEach(path -> path.toFile().deleteOnExit());
      made.keytool(
          List.of("-genkeypair", "-alias", "localhost", "-dname", "CN=localhost"),
          List.of("-keyalg", "EC", "-validity", "1", "-ext", "san=dns:localhost,ip:127.0.0.1"));
      made.keytool(
          List.of("-exportcert", "-alias", "localhost", "-rfc"),
          List.of("-file", made.certificate.toString()));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keytool(List<String> command, List<String> options) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(command);
    line.addAll(List.of("-keystore", keyStore.toString(), "-storepass", PASSWORD));
    line.addAll(options);
    Process keytool = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.onExit().join().exitValue() != 0) {
      throw new IOException("keytool failed: " + said.strip());
    }
  }
}
