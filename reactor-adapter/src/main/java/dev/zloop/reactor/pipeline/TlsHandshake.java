package dev.zloop.reactor.pipeline;

import dev.zloop.core.edge.Sockets;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS on a stream: Netty's handler does it; here is what its events mean for the connection, from
 * the handshake to the peer's close_notify.
 */
public final class TlsHandshake implements PipelineListener {

  /** Hears of the handshake, on the loop: of one of the two, once. */
  public interface Callback {
    void onSecured(TlsSession session);

    /** The stream is about to close by itself. */
    void onFailed(TlsException cause);
  }

  private enum State {
    SHAKING_HANDS,
    SECURED,
    FAILED
  }

  private final Tls tls;
  private final Tls.Peer peer;
  private final Callback callback;
  private final DelegatedTasks tasks;
  private final PipelineStream stream;
  private final ByteStream lower;
  private final TlsFailures failures;
  private final RecordWatch records = new RecordWatch(this::onRenegotiation);

  private State state = State.SHAKING_HANDS;

  /** Null until the name is known that the client asks for, if that matters. */
  private SslHandler handler;

  private String askedName;

  /** Null unless Flight Recorder is to know of this handshake. */
  private TlsHandshakeEvent record;

  private boolean closeNotified;

  /** The socket's input has ended, and what that means waits for a task. */
  private boolean inputEndWaits;

  /**
   * Makes the secure stream; {@link #begin} begins the handshake.
   *
   * @param lower whose user is to be {@link #stream}
   * @param writtenBefore bytes that were written to it, in all
   * @param peer whom a client connected to
   */
  public TlsHandshake(
      ByteStream lower, long writtenBefore, Tls tls, Tls.Peer peer, Callback callback) {
    this.lower = lower;
    this.tls = tls;
    this.peer = peer;
    this.callback = callback;
    this.failures = new TlsFailures(lower, tls, tls.client() ? serverName() : null);
    this.tasks = new DelegatedTasks(lower.loop(), this::onTasksDone);
    this.stream = new PipelineStream(lower, writtenBefore, this);
  }

  /** The stream of what is encrypted below. */
  public PipelineStream stream() {
    return stream;
  }

  public void begin(ByteStreamUser user) {
    record = TlsHandshakeEvent.begun();
    stream.use(user);
    if (tls.closeNotifyTimeout() != null) {
      stream.closeTimeout(tls.closeNotifyTimeout());
    }
    stream.begin(pipeline -> {
      pipeline.addLast("first", new FirstBytes());
      addHandlers(pipeline);
    });
  }

  private void addHandlers(ChannelPipeline pipeline) {
    pipeline.addLast("records", records);
    if (tls.names() != null) {
      pipeline.addLast("sni", new ByName());
      return;
    }
    try {
      pipeline.addLast("ssl", newHandler(tls.contexts().get(), pipeline.channel().alloc()));
    } catch (Throwable error) {
      fail(failures.noContext("", error));
    }
  }

  private SslHandler newHandler(SslContext context, ByteBufAllocator allocator) {
    handler = tls.handler(context, allocator, tasks, peer);
    failures.use(handler.engine(), context.applicationProtocolNegotiator().protocols());
    return handler;
  }

  /** Looks at what the peer begins with, which not every engine tells if it is not TLS. */
  private final class FirstBytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.pipeline().remove(this);
      failures.peerBeganWith((ByteBuf) message);
      context.fireChannelRead(message);
    }
  }

  /** Reads the client's first message, and lets the handler follow that suits its name. */
  private final class ByName extends SniHandler {
    /** As long as a handshake message of this kind may be (RFC 8446, 4). */
    private static final int CLIENT_HELLO_BYTES_MAX = 64 << 10;

    /** Null before the name is known. */
    private Future<SslContext> answer;

    ByName() {
      super(tls.names(), CLIENT_HELLO_BYTES_MAX, tls.handshakeTimeout().toMillis());
    }

    /** If it throws, that is its answer: else it would be asked again, and another failure told. */
    @Override
    protected Future<SslContext> lookup(ChannelHandlerContext context, String name) {
      try {
        answer = super.lookup(context, name);
      } catch (Throwable error) {
        answer = context.executor().newFailedFuture(error);
      }
      return answer;
    }

    /** Who still waits for an answer keeps the client's message until then. */
    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
      super.handlerRemoved0(context);
      if (answer != null) {
        answer.cancel(false);
      }
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, Future<SslContext> future)
        throws Exception {
      if (!future.isCancelled()) {
        super.onLookupComplete(context, future);
      }
    }

    @Override
    protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
      return newHandler(context, allocator);
    }
  }

  // ---- what the handlers tell

  @Override
  public boolean isReady() {
    return state == State.SECURED;
  }

  @Override
  public void onEvent(Object event) {
    switch (event) {
      case SniCompletionEvent sni -> onName(sni);
      case SslHandshakeCompletionEvent handshake -> onHandshake(handshake.cause());
      case SslCloseCompletionEvent close when close.isSuccess() -> {
        closeNotified = true;
        stream.endInput(null);
      }
      default -> {} // no concern of ours
    }
  }

  private void onName(SniCompletionEvent sni) {
    askedName = sni.hostname();
    if (sni.isSuccess() || state != State.SHAKING_HANDS) {
      return;
    }
    boolean isOfPeer =
        sni.cause() instanceof SSLException || sni.cause() instanceof DecoderException;
    fail(
        isOfPeer
            ? failureOf(sni.cause())
            : failures.noContext(
                " for " + (askedName == null ? "a client without a name" : askedName),
                sni.cause()));
  }

  private void onHandshake(Throwable failure) {
    if (TlsFailures.find(failure, ClosedChannelException.class) != null) {
      return; // onClosed is about to tell, and knows why
    }
    if (failure != null) {
      fail(failureOf(failure));
    } else if (state == State.SHAKING_HANDS) {
      state = State.SECURED;
      if (canRenegotiate()) {
        records.secured();
      } else {
        records.stop();
      }
      tellSecured(session());
      stream.becameReady();
    }
  }

  private void tellSecured(TlsSession session) {
    if (record != null) {
      describeRecord();
      record.secured(session);
    }
    callback.onSecured(session);
  }

  private void tellFailed(TlsException cause) {
    state = State.FAILED;
    if (record != null) {
      describeRecord();
      record.failed(cause);
    }
    callback.onFailed(cause);
  }

  private void describeRecord() {
    record.loop = lower.loop().name();
    record.remote = Sockets.text(lower.remoteAddress());
    record.client = tls.client();
    record.serverName = tls.client() ? serverName() : askedName;
  }

  /** None in TLSv1.3; and BoringSSL's server refuses by itself, but its client goes along once. */
  private boolean canRenegotiate() {
    return !isTls13() && (tls.client() || !isOpenSsl());
  }

  private boolean isOpenSsl() {
    return handler.engine() instanceof ReferenceCountedOpenSslEngine;
  }

  private boolean isTls13() {
    return handler.engine().getSession().getProtocol().equals("TLSv1.3");
  }

  private void onRenegotiation() {
    fail(failures.renegotiation(null));
  }

  @Override
  public TlsException failureOf(Throwable caught) {
    boolean secured = state != State.SHAKING_HANDS;
    TlsException failure = failures.of(caught, secured);
    TlsAlert unread = records.plainAlert();
    return !secured && unread != null && hasNoName(failure.reason())
        ? failures.refused(unread, caught, false)
        : failure;
  }

  /** What an engine throws that got an alert in plaintext has no certain form. */
  private static boolean hasNoName(Reason reason) {
    return reason == Reason.BROKEN_PROTOCOL || reason == Reason.NOT_USABLE;
  }

  /**
   * The handler is about to close the channel; but who was not heard of in time is not waited for.
   */
  private void fail(TlsException cause) {
    if (state == State.SHAKING_HANDS) {
      tellFailed(cause);
    }
    stream.fail(cause, cause.reason() != Reason.TIMED_OUT && cause.reason() != Reason.NOT_USABLE);
  }

  // ---- the end

  /**
   * Up to TLS 1.2 a close_notify ends both directions (RFC 5246, 7.2.1). And OpenSSL's engine, as
   * Netty has it, throws away what arrives after its own.
   */
  @Override
  public String whyNoHalfClose() {
    if (state != State.SECURED) {
      return null;
    }
    if (isTls13() && !isOpenSsl()) {
      return null;
    }
    return "the output cannot be ended while the peer goes on sending: that takes TLSv1.3 and the"
        + " JDK's engine, and this is "
        + handler.engine().getSession().getProtocol()
        + " by "
        + handler.engine().getClass().getSimpleName()
        + "; close the connection when the peer has sent all";
  }

  @Override
  public void beforeOutputEnd() {
    if (state == State.SECURED) {
      handler.closeOutbound();
    }
  }

  @Override
  public InputEnd onInputEnd() {
    if (tasks.areRunning()) {
      inputEndWaits = true;
      return InputEnd.UNKNOWN;
    }
    if (state == State.SHAKING_HANDS) {
      fail(failures.closedInHandshake(null));
    }
    if (state == State.SECURED && !closeNotified && isOpenSsl()) {
      stream.flush(); // what it fails with, its engine tells when it is to write next
    }
    return closeNotified || state == State.FAILED
        ? InputEnd.IN_ORDER
        : new InputEnd(true, failures.truncated());
  }

  private void onTasksDone() {
    if (inputEndWaits) {
      inputEndWaits = false;
      stream.onInputEnd(null);
    }
  }

  @Override
  public void onClosed(IOException cause) {
    if (state == State.SHAKING_HANDS) {
      tellFailed(failures.closedInHandshake(cause));
    }
  }

  @Override
  public String describe() {
    String task = tasks.areRunning() ? ", a task of which runs elsewhere" : "";
    return switch (state) {
      case SHAKING_HANDS -> "TLS handshake" + task;
      case SECURED -> {
        SSLSession session = handler.engine().getSession();
        yield session.getProtocol() + ", " + session.getCipherSuite() + task;
      }
      case FAILED -> "TLS failed";
    };
  }

  // ---- what was agreed on

  private TlsSession session() {
    SSLEngine engine = handler.engine();
    SSLSession session = engine.getSession();
    return new TlsSession(
        session.getProtocol(),
        session.getCipherSuite(),
        Optional.ofNullable(handler.applicationProtocol()),
        Optional.ofNullable(tls.client() ? serverName() : askedName),
        peerCertificates(session),
        session);
  }

  private String serverName() {
    return tls.serverName() == null ? peer.host() : tls.serverName();
  }

  private static List<X509Certificate> peerCertificates(SSLSession session) {
    try {
      return Stream.of(session.getPeerCertificates())
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException gaveNone) {
      return List.of();
    }
  }
}
