package dev.zloop.reactor.pipeline;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.logging.ByteBufFormat;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.logging.LoggingHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.handler.traffic.ChannelTrafficShapingHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A stream, and whether handlers are between that do not change bytes: none of it may matter. */
enum Hosting {
  SOCKET(null),
  NO_HANDLER(pipeline -> {}),
  LOGGING(pipeline -> pipeline.addLast(new LoggingHandler(LogLevel.TRACE, ByteBufFormat.SIMPLE))),
  IDLE_STATE(pipeline -> pipeline.addLast(new IdleStateHandler(3, 3, 3))),
  READ_TIMEOUT(pipeline -> pipeline.addLast(new ReadTimeoutHandler(1, TimeUnit.DAYS))),
  WRITE_TIMEOUT(pipeline -> pipeline.addLast(new WriteTimeoutHandler(1, TimeUnit.DAYS))),
  FLOW_CONTROL(pipeline -> pipeline.addLast(new FlowControlHandler())),
  FLUSH_CONSOLIDATION(pipeline -> pipeline.addLast(new FlushConsolidationHandler(256, true))),
  CHUNKED_WRITE(pipeline -> pipeline.addLast(new ChunkedWriteHandler())),
  TRAFFIC_SHAPING(
      pipeline -> pipeline.addLast(new ChannelTrafficShapingHandler(1 << 24, 1 << 24, 100))),
  ALL(pipeline -> {
    LOGGING.handlers.accept(pipeline);
    FLUSH_CONSOLIDATION.handlers.accept(pipeline);
    IDLE_STATE.handlers.accept(pipeline);
    FLOW_CONTROL.handlers.accept(pipeline);
    WRITE_TIMEOUT.handlers.accept(pipeline);
    CHUNKED_WRITE.handlers.accept(pipeline);
  });

  private final Consumer<ChannelPipeline> handlers;

  Hosting(Consumer<ChannelPipeline> handlers) {
    this.handlers = handlers;
  }

  Stage on(Stage stage) {
    return handlers == null ? stage.plain() : stage.with(handlers);
  }

  Stage on(Stage stage, PipelineListener listener) {
    return handlers == null ? stage.plain() : stage.with(listener, handlers);
  }
}
