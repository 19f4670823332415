package dev.zloop.reactor.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes no sense is refused where it is said, with the value and what was expected. */
class TlsSpecTest {
  private static final String PASSWORD = "changeit";

  @TempDir static Path directory;

  private static Path store;
  private static Path chain;
  private static Path key;

  @BeforeAll
  static void makeCertificate() throws Exception {
    X509Bundle localhost =
        new CertificateBuilder()
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    chain = Files.writeString(directory.resolve("chain.pem"), localhost.getCertificatePathPEM());
    key = Files.writeString(directory.resolve("key.pem"), localhost.getPrivateKeyPEM());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "me",
        localhost.getKeyPair().getPrivate(),
        PASSWORD.toCharArray(),
        localhost.getCertificatePath());
    store = stored("store.p12", keys);
  }

  private static Path stored(String name, KeyStore keys) throws Exception {
    Path file = directory.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      keys.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  private static Path pem(String file, String type, byte[] content) throws IOException {
    String lines = Base64.getMimeEncoder().encodeToString(content);
    return Files.writeString(
        directory.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, lines, type));
  }

  private static void accepted(Consumer<TlsServerSpec> spec) {
    TcpServer.create().secure(spec);
  }

  private static void assertServerRefused(Consumer<TlsServerSpec> spec, String... parts) {
    assertMentions(
        assertThrows(IllegalArgumentException.class, () -> TcpServer.create().secure(spec)), parts);
  }

  private static void assertClientRefused(Consumer<TlsClientSpec> spec, String... parts) {
    assertMentions(
        assertThrows(IllegalArgumentException.class, () -> TcpClient.create().secure(spec)), parts);
  }

  private static void assertMentions(Exception refusal, String... parts) {
    for (String part : parts) {
      assertTrue(refusal.getMessage().contains(part), () -> "expected " + part + " in: " + refusal);
    }
  }

  private static SslContext clientContext() throws SSLException {
    return SslContextBuilder.forClient().build();
  }

  // ---- what is right

  @Test
  void pemFilesAreEnoughForAServer() {
    accepted(tls -> tls.certificate(chain, key));
  }

  @Test
  void aKeyStoreIsEnoughForAServer() {
    accepted(tls -> tls.keyStore(store, PASSWORD));
  }

  @Test
  void nothingIsEnoughForAClient() {
    TcpClient.create().secure(tls -> {});
  }

  // ---- contexts

  @Test
  void aClientsContextIsNotForAServer() throws SSLException {
    SslContext context = clientContext();
    assertServerRefused(
        tls -> tls.sslContext(context), "the context is for clients", "forServer(..)");
  }

  @Test
  void aServersContextIsNotForAClient() throws Exception {
    SslContext context = SslContextBuilder.forServer(chain.toFile(), key.toFile()).build();
    assertClientRefused(
        tls -> tls.sslContext(context), "the context is for servers", "forClient()");
  }

  @Test
  void aContextAndWhatWouldMakeOneExcludeEachOther() throws Exception {
    SslContext context = SslContextBuilder.forServer(chain.toFile(), key.toFile()).build();
    assertServerRefused(
        tls -> tls.sslContext(context).certificate(chain, key),
        "certificate(" + chain,
        "sslContext(..)",
        "say one of them");
    assertServerRefused(
        tls -> tls.clientAuth(ClientAuth.REQUIRE).sslContext(context), "clientAuth(REQUIRE)");
    assertServerRefused(tls -> tls.protocols("TLSv1.3").sslContext(context), "protocols(..)");
  }

  @Test
  void aServerNeedsACertificate() {
    assertServerRefused(
        tls -> {}, "a server needs a certificate", "certificate(chain, key)", "keyStore(..)");
    assertServerRefused(
        tls -> tls.serverName("a.test", named -> named.certificate(chain, key)),
        "a server needs a certificate");
    assertServerRefused(
        tls -> tls.certificate(chain, key).serverName("a.test", named -> {}),
        "a server needs a certificate");
  }

  // ---- files

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path nowhere = directory.resolve("nowhere.pem");
    String[] parts = {"cannot read " + nowhere, "expected a file that is there"};
    assertServerRefused(tls -> tls.certificate(nowhere, key), parts);
    assertServerRefused(tls -> tls.certificate(chain, nowhere), parts);
    assertServerRefused(tls -> tls.keyStore(nowhere, PASSWORD), parts);
    assertClientRefused(tls -> tls.trust(nowhere), parts);
    assertClientRefused(tls -> tls.trustStore(nowhere, PASSWORD), parts);
  }

  @Test
  void aWrongPasswordIsSaidToBeOne() {
    assertServerRefused(
        tls -> tls.keyStore(store, "wrong"), "the password does not open the key store " + store);
    assertClientRefused(
        tls -> tls.trustStore(store, "wrong"), "the password does not open the key store " + store);
  }

  @Test
  void aFileThatIsNoKeyStoreIsSaidToBeNone() {
    assertServerRefused(
        tls -> tls.keyStore(chain, PASSWORD), chain + " is no key store", "PKCS#12 or JKS");
  }

  @Test
  void aStoreWithoutAKeyIsRefused() throws Exception {
    Path trusted = trustedOnly();
    assertServerRefused(
        tls -> tls.keyStore(trusted, PASSWORD), "no key in " + trusted, "a private key");
  }

  @Test
  void aStoreWithoutATrustedCertificateIsRefused() {
    assertClientRefused(
        tls -> tls.trustStore(store, PASSWORD), "no certificate to trust in " + store);
  }

  @Test
  void aStoreOfTrustedCertificatesIsTaken() throws Exception {
    Path trusted = trustedOnly();
    TcpClient.create().secure(tls -> tls.trustStore(trusted, PASSWORD));
  }

  private static Path trustedOnly() throws Exception {
    KeyStore source = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("them", source.getCertificate("me"));
    return stored("trusted.p12", trusted);
  }

  @Test
  void aFileWithoutACertificateIsRefused() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    assertServerRefused(
        tls -> tls.certificate(empty, key),
        "no certificates can be had from " + empty,
        "BEGIN CERTIFICATE");
    assertServerRefused(tls -> tls.certificate(key, key), "no certificates can be had from " + key);
    assertClientRefused(tls -> tls.trust(empty), "no certificates can be had from " + empty);
  }

  @Test
  void aFileWithoutAKeyIsRefused() {
    assertServerRefused(
        tls -> tls.certificate(chain, chain), "no key in " + chain, "BEGIN PRIVATE KEY");
  }

  @Test
  void aKeyInAnotherFormIsToldHowToMakeOne() throws IOException {
    Path old = pem("old.pem", "EC PRIVATE KEY", new byte[10]);
    assertServerRefused(
        tls -> tls.certificate(chain, old),
        old + " is an EC PRIVATE KEY, expected PKCS#8 without a password",
        "openssl pkcs8 -topk8 -nodes -in old.pem");
    Path locked = pem("locked.pem", "ENCRYPTED PRIVATE KEY", new byte[10]);
    assertServerRefused(tls -> tls.certificate(chain, locked), "is an ENCRYPTED PRIVATE KEY");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() throws Exception {
    for (String algorithm : new String[] {"EC", "RSA"}) {
      byte[] another =
          KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate().getEncoded();
      Path file = pem("another-" + algorithm + ".pem", "PRIVATE KEY", another);
      assertServerRefused(
          tls -> tls.certificate(chain, file),
          "the key in " + file + " is not that of the certificate",
          "the first certificate of the chain has to be this side's own");
      assertClientRefused(tls -> tls.certificate(chain, file), "is not that of the certificate");
    }
  }

  @Test
  void twoKeysAreOneTooMany() {
    assertServerRefused(
        tls -> tls.certificate(chain, key).keyStore(store, PASSWORD),
        "keyStore(" + store,
        "comes after certificate(" + chain);
    assertClientRefused(
        tls -> tls.trust(chain).trust(chain), "trust(" + chain + ") comes after trust(");
  }

  // ---- values

  @Test
  void aVersionThatIsNoneIsRefused() {
    assertClientRefused(
        tls -> tls.protocols("TLSv1.2", "TLS1.3"), "has TLS1.3, expected some of [", "TLSv1.3]");
    assertClientRefused(tls -> tls.protocols(), "protocols() names none");
  }

  @Test
  void anApplicationProtocolHasAName() {
    assertClientRefused(tls -> tls.applicationProtocols(), "names none");
    assertClientRefused(tls -> tls.applicationProtocols("h2", ""), "\"\" of 0 bytes", "1 to 255");
    assertClientRefused(tls -> tls.applicationProtocols("x".repeat(256)), "of 256 bytes");
  }

  @Test
  void timeoutsAreOfUse() {
    for (Duration timeout :
        new Duration[] {
          Duration.ZERO,
          Duration.ofMillis(-1),
          Duration.ofNanos(1),
          Duration.ofSeconds(Long.MAX_VALUE)
        }) {
      assertClientRefused(
          tls -> tls.handshakeTimeout(timeout),
          "handshakeTimeout is " + timeout + ", expected PT0.001S to PT24H");
      assertClientRefused(
          tls -> tls.closeNotifyTimeout(timeout), "closeNotifyTimeout is " + timeout);
    }
  }

  @Test
  void namesAreThoseOfHosts() {
    for (String name : new String[] {"", "a b", "https://a.test", "*.a.test"}) {
      assertClientRefused(tls -> tls.serverName(name), "serverName(" + name + ")");
    }
    for (String name : new String[] {"", "a b", "a/b", "*", "a.*.test", ".test"}) {
      assertServerRefused(
          tls -> tls.serverName(name, named -> named.certificate(chain, key)),
          "serverName(" + name + ", ..), expected a host name");
    }
  }

  @Test
  void aNameHasOneContext() {
    assertServerRefused(
        tls ->
            tls.certificate(chain, key)
                .serverName("a.test", named -> named.certificate(chain, key))
                .serverName("a.test", named -> named.certificate(chain, key)),
        "serverName(a.test, ..) was said before");
  }

  @Test
  void aMappingSaysAllOfNames() {
    assertServerRefused(
        tls -> tls.certificate(chain, key).serverNames((name, promise) -> promise),
        "serverNames(..) gives the context of each connection");
    assertServerRefused(
        tls ->
            tls.certificate(chain, key)
                .serverName("a.test", named -> named.serverNames((name, promise) -> promise)),
        "within serverName(a.test, ..) no further names");
  }

  @Test
  void nullIsNamed() {
    NullPointerException refusal =
        assertThrows(
            NullPointerException.class,
            () -> TcpServer.create().secure(tls -> tls.keyStore(store, null)));
    assertEquals("password", refusal.getMessage());
  }

  // ---- what is made anew

  @Test
  void aReloadThatFailsSaysSoAndKeepsTheOld() throws SSLException {
    boolean[] fails = {false};
    SslContext context = clientContext();
    ReloadableSslContext reloadable =
        ReloadableSslContext.of(() -> {
          if (fails[0]) {
            throw new IOException("no such file");
          }
          return context;
        });
    fails[0] = true;
    SSLException failure = assertThrows(SSLException.class, reloadable::reload);
    assertMentions(failure, "the old one stays", "no such file");
    assertInstanceOf(IOException.class, failure.getCause());
    assertEquals(context, reloadable.get());
  }

  @Test
  void aFirstContextThatCannotBeMadeIsNone() {
    SSLException failure =
        assertThrows(SSLException.class, () -> ReloadableSslContext.of(() -> null));
    assertMentions(failure, "no new context could be made", "null");
    assertFalse(failure.getMessage().contains("stays"));
  }
}
