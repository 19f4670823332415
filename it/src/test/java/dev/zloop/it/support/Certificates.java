package dev.zloop.it.support;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** An authority for tests, made anew with each run, and what it signs. */
public final class Certificates {
  /** What tests trust. */
  public static final Certificates TRUSTED = new Certificates("zloop tests");

  /** Nobody trusts it. */
  public static final Certificates UNKNOWN = new Certificates("nobody's authority");

  /** Nobody trusts it either, although it has the name of the one that tests trust. */
  public static final Certificates IMPOSTOR = new Certificates("zloop tests");

  private final X509Bundle authority;

  private Certificates(String name) {
    try {
      authority =
          new CertificateBuilder()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A certificate for these host names, the first of which is its subject, and for 127.0.0.1. */
  public X509Bundle forNames(String... names) {
    return sign(names, builder -> builder);
  }

  /** As {@link #forNames}, of yesterday. */
  public X509Bundle expired(String... names) {
    Instant now = Instant.now();
    return sign(
        names,
        builder ->
            builder
                .notBefore(now.minus(Duration.ofDays(2)))
                .notAfter(now.minus(Duration.ofDays(1))));
  }

  /** As {@link #forNames}, of tomorrow. */
  public X509Bundle notYetValid(String... names) {
    Instant now = Instant.now();
    return sign(
        names,
        builder ->
            builder.notBefore(now.plus(Duration.ofDays(1))).notAfter(now.plus(Duration.ofDays(2))));
  }

  private X509Bundle sign(String[] names, UnaryOperator<CertificateBuilder> change) {
    try {
      CertificateBuilder builder = new CertificateBuilder().subject("CN=" + names[0]);
      for (String name : names) {
        builder.addSanDnsName(name);
      }
      builder.addSanIpAddress("127.0.0.1");
      return change.apply(builder).buildIssuedBy(authority);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What to trust, in a PEM file. */
  public Path authorityFile() {
    return file("authority", authority.getCertificatePEM());
  }

  public X509Bundle authority() {
    return authority;
  }

  /** The chain of a certificate, in a PEM file. */
  public static Path chainFile(X509Bundle certificate) {
    return file("chain", certificate.getCertificatePathPEM());
  }

  /** The key of a certificate, in a PEM file. */
  public static Path keyFile(X509Bundle certificate) {
    return file("key", certificate.getPrivateKeyPEM());
  }

  private static Path file(String name, String content) {
    try {
      Path file = Files.createTempFile(name, ".pem");
      file.toFile().deleteOnExit();
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
