package dev.zloop.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for localhost that vouches for itself, made by the JDK's keytool: good enough to
 * try TLS with, where the other side is told to trust it.
 */
record SelfSigned(Path keyStore, Path certificate) {
  static final String PASSWORD = "changeit";
  private static final String ALIAS = "localhost";

  /** Makes a key and its certificate, in a directory of its own that goes when the JVM does. */
  static SelfSigned make() {
    try {
      Path directory = Files.createTempDirectory("zloop-tls");
      SelfSigned made =
          new SelfSigned(directory.resolve("key.p12"), directory.resolve("certificate.pem"));
      List.of(directory, made.keyStore, made.certificate)
          .forEach(path -> path.toFile().deleteOnExit());
      made.makeKey();
      Files.writeString(made.certificate, made.pem());
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makeKey() throws IOException {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair"));
    command.addAll(List.of("-alias", ALIAS, "-dname", "CN=localhost", "-keyalg", "EC"));
    command.addAll(List.of("-validity", "1", "-ext", "san=dns:localhost,ip:127.0.0.1"));
    command.addAll(List.of("-keystore", keyStore.toString(), "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool failed: " + said.strip());
    }
  }

  private String pem() throws IOException {
    try {
      byte[] encoded =
          KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray())
              .getCertificate(ALIAS)
              .getEncoded();
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder().encodeToString(encoded)
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IOException("the key store that keytool made cannot be read", e);
    }
  }
}
