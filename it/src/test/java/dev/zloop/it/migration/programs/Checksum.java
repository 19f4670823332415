package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Gets 1,000 bytes, answers with their CRC, and hangs up. */
public final class Checksum implements Ported {
  private static final int BYTES = 1_000;

  private final DisposableServer server;

  public Checksum(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> answer(in, out))
            .bindNow();
  }

  private static Mono<Void> answer(NettyInbound in, NettyOutbound out) {
    CRC32 crc = new CRC32();
    int[] rest = {BYTES};
    return in.receive()
        .asByteArray()
        .doOnNext(crc::update)
        .takeUntil(bytes -> (rest[0] -= bytes.length) == 0)
        .then(
            Mono.defer(() -> {
              byte[] sum = ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).array();
              return out.sendByteArray(Mono.just(sum)).then();
            }));
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
