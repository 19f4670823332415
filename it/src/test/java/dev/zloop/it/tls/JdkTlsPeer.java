package dev.zloop.it.tls;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.TlsEngine;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The JDK's own TLS on its own socket, which a test can cut, or break into. It blocks. */
final class JdkTlsPeer implements AutoCloseable {
  private final Socket socket;
  private final SSLSocket tls;

  private JdkTlsPeer(Socket socket, SSLSocket tls) {
    this.socket = socket;
    this.tls = tls;
  }

  /** A client, which has not shaken hands yet. */
  static JdkTlsPeer client(Socket socket) throws IOException {
    SslContext context = TlsEngine.build(TlsEngine.JDK.client());
    SSLSocket tls = layer(socket, context);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("localhost")));
    tls.setSSLParameters(parameters);
    return new JdkTlsPeer(socket, tls);
  }

  /** A server, on a connection that it accepted. */
  static JdkTlsPeer server(Socket socket) throws IOException {
    SSLSocket tls =
        layer(
            socket,
            TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost"))));
    tls.setUseClientMode(false);
    return new JdkTlsPeer(socket, tls);
  }

  private static SSLSocket layer(Socket socket, SslContext context) throws IOException {
    return (SSLSocket)
        ((JdkSslContext) context)
            .context()
            .getSocketFactory()
            .createSocket(socket, "localhost", socket.getPort(), false);
  }

  SSLSocket tls() {
    return tls;
  }

  /** What is below TLS. */
  Socket socket() {
    return socket;
  }

  JdkTlsPeer shakeHands(String version) throws IOException {
    tls.setEnabledProtocols(new String[] {version});
    tls.startHandshake();
    return this;
  }

  void send(String text) throws IOException {
    tls.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  String receive(int bytes) throws IOException {
    return new String(tls.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
  }

  /** Whatever, in the middle of TLS. */
  void breakIn(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** Ends the output without a close_notify. */
  void cut() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
