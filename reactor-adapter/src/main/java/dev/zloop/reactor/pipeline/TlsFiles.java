package dev.zloop.reactor.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates and keys from files. What cannot be used is an {@link IllegalArgumentException},
 * which names the file, what was expected of it, and what can be done.
 */
final class TlsFiles {
  private static final Pattern PEM_KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END");

  private TlsFiles() {}

  /** What one side shows, and can prove to be its own. */
  record Identity(List<X509Certificate> chain, PrivateKey key) {}

  // ---- PEM

  /** A chain and its key, which have to belong together. */
  static Identity identity(Path chainFile, Path keyFile) {
    List<X509Certificate> chain = certificates(chainFile);
    PublicKey publicKey = chain.getFirst().getPublicKey();
    PrivateKey key = key(keyFile, publicKey);
    if (!belongTogether(publicKey, key)) {
      throw mismatch(keyFile, publicKey, null);
    }
    return new Identity(chain, key);
  }

  /** At least one. */
  static List<X509Certificate> certificates(Path file) {
    List<X509Certificate> certificates = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .forEach(certificate -> certificates.add((X509Certificate) certificate));
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (CertificateException e) {
      throw noCertificates(file, e);
    }
    if (certificates.isEmpty()) {
      throw noCertificates(file, null);
    }
    return certificates;
  }

  private static IllegalArgumentException noCertificates(Path file, Exception cause) {
    return new IllegalArgumentException(
        "no certificates can be had from "
            + file.toAbsolutePath()
            + ", expected a PEM file with BEGIN CERTIFICATE"
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }

  private static PrivateKey key(Path file, PublicKey publicKey) {
    Matcher pem = PEM_KEY.matcher(text(file));
    if (!pem.find()) {
      throw new IllegalArgumentException(
          "no key in " + file.toAbsolutePath() + ", expected a PEM file with BEGIN PRIVATE KEY");
    }
    if (!pem.group(1).isEmpty()) {
      throw new IllegalArgumentException(
          "the key in %s is an %sPRIVATE KEY, expected PKCS#8 without a password: make one with"
                  .formatted(file.toAbsolutePath(), pem.group(1))
              + " openssl pkcs8 -topk8 -nodes -in "
              + file.getFileName());
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(pem.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the key in " + file.toAbsolutePath() + " is damaged", e);
    }
    try {
      return KeyFactory.getInstance(publicKey.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw mismatch(file, publicKey, e);
    }
  }

  private static IllegalArgumentException mismatch(Path file, PublicKey publicKey, Exception e) {
    return new IllegalArgumentException(
        "the key in "
            + file.toAbsolutePath()
            + " is not that of the certificate, which is for another "
            + publicKey.getAlgorithm()
            + " key: the first certificate of the chain has to be this side's own",
        e);
  }

  /** Whether what the one signs, the other verifies. */
  private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          default -> null; // the engine is to say what it thinks of it
        };
    if (algorithm == null) {
      return true;
    }
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static IllegalArgumentException unreadable(Path file, IOException cause) {
    return new IllegalArgumentException(
        "cannot read " + file.toAbsolutePath() + ", expected a file that is there: " + cause,
        cause);
  }

  // ---- key stores

  static KeyManagerFactory keys(Path file, String password) {
    KeyStore store = load(file, password);
    try {
      if (Collections.list(store.aliases()).stream().noneMatch(alias -> isKey(store, alias))) {
        throw new IllegalArgumentException(
            "no key in " + file.toAbsolutePath() + ", expected a private key and its certificates");
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password.toCharArray());
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "no key can be had from "
              + file.toAbsolutePath()
              + ", expected one with the store's own password: "
              + e.getMessage(),
          e);
    }
  }

  private static boolean isKey(KeyStore store, String alias) {
    try {
      return store.isKeyEntry(alias);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("it is loaded", e);
    }
  }

  static TrustManagerFactory trustStore(Path file, String password) {
    KeyStore store = load(file, password);
    try {
      if (Collections.list(store.aliases()).stream().noneMatch(alias -> isTrusted(store, alias))) {
        throw new IllegalArgumentException(
            "no certificate to trust in "
                + file.toAbsolutePath()
                + ", expected trusted certificates (keytool -importcert)");
      }
      return trust(store);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("it is loaded", e);
    }
  }

  private static boolean isTrusted(KeyStore store, String alias) {
    try {
      return store.isCertificateEntry(alias);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("it is loaded", e);
    }
  }

  private static KeyStore load(Path file, String password) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType()); // takes PKCS#12 and JKS
      store.load(in, password.toCharArray());
      return store;
    } catch (IOException e) {
      if (TlsFailures.find(e, UnrecoverableKeyException.class) != null) {
        throw new IllegalArgumentException(
            "the password does not open the key store " + file.toAbsolutePath(), e);
      }
      if (!Files.isReadable(file)) {
        throw unreadable(file, e);
      }
      throw notAStore(file, e);
    } catch (GeneralSecurityException e) {
      throw notAStore(file, e);
    }
  }

  private static IllegalArgumentException notAStore(Path file, Exception cause) {
    return new IllegalArgumentException(
        file.toAbsolutePath() + " is no key store, expected PKCS#12 or JKS: " + cause.getMessage(),
        cause);
  }

  // ---- trust

  /** Trusts these certificates. */
  static TrustManagerFactory trust(List<X509Certificate> certificates) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate certificate : certificates) {
        store.setCertificateEntry(String.valueOf(store.size()), certificate);
      }
      return trust(store);
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError("a store in memory", e);
    }
  }

  /**
   * Trusts what is in a store.
   *
   * @param store or null: what the JDK trusts
   */
  static TrustManagerFactory trust(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }
}
