package dev.zloop.reactor.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** Every allowance hides what blocks: one more is a decision, to be repeated here. */
class AllowanceTest {

  @Test
  void theseAreAllTheAllowancesThereAre() throws ReflectiveOperationException {
    Map<String, Boolean> ours = allowances(new ZLoopBlockHoundIntegration());
    allowances(builder -> {}).keySet().forEach(ours::remove);
    // javac numbers them
    ours.keySet().removeIf(method -> method.matches(".*NettyOutbound.lambda\\$sendFile.*\\$[1-9]"));

    Map<String, Boolean> expected = new TreeMap<>();
    expected.put("dev.zloop.core.loop.Offload.handOver", true);
    expected.put("dev.zloop.core.loop.Offload$Work.run", false);
    expected.put("java.util.concurrent.ThreadPoolExecutor.reject", false);
    expected.put("io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup.tryExpandMagazines", true);
    expected.put("io.netty.util.internal.PlatformDependent.<clinit>", true);
    expected.put("io.netty.channel.nio.NioIoHandler.select", true);
    expected.put("io.netty.resolver.DefaultNameResolver.doResolve", true);
    expected.put("io.netty.resolver.DefaultNameResolver.doResolveAll", true);
    expected.put("io.netty.channel.DefaultFileRegion.open", true);
    expected.put("io.netty.channel.DefaultFileRegion.transferTo", true);
    expected.put("io.netty.handler.stream.ChunkedNioFile.readChunk", true);
    expected.put("reactor.netty.NettyOutbound.lambda$sendFile$0", true);
    expected.put("reactor.netty.NettyOutbound.lambda$sendFileChunked$0", true);
    assertEquals(expected, ours);
  }

  /** What is allowed, and with false what is forbidden within that. */
  private static Map<String, Boolean> allowances(BlockHoundIntegration integration)
      throws ReflectiveOperationException {
    BlockHound.Builder builder = BlockHound.builder().with(integration);
    Field field = BlockHound.Builder.class.getDeclaredField("allowances");
    field.setAccessible(true);
    Map<String, Boolean> allowances = new TreeMap<>();
    ((Map<?, ?>) field.get(builder))
        .forEach((type, methods) ->
            ((Map<?, ?>) methods)
                .forEach(
                    (method, allowed) -> allowances.put(type + "." + method, (Boolean) allowed)));
    return allowances;
  }
}
