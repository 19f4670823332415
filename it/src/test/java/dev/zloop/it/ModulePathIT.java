package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.ChildJvm;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.Schedulers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.AddressResolver;
import io.netty.util.ReferenceCounted;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A program of named modules uses the libraries as what they are, and gets by on what they ask. */
class ModulePathIT {
  private static final String DESCRIPTOR =
      """
      module app {
        requires dev.zloop.reactor;
      }
      """;

  private static final String PROGRAM =
      """
      package app;

      import dev.zloop.reactor.Schedulers;
      import dev.zloop.reactor.tcp.Connection;
      import dev.zloop.reactor.tcp.DisposableServer;
      import dev.zloop.reactor.tcp.TcpClient;
      import dev.zloop.reactor.tcp.TcpServer;
      import reactor.core.publisher.Mono;

      final class Main {
        public static void main(String[] arguments) {
          DisposableServer server = TcpServer.create().host("127.0.0.1").port(0)
              .handle((in, out) -> out.send(in.receive().retain()))
              .bindNow();
          Connection client = TcpClient.create().host("127.0.0.1").port(server.port()).connectNow();
          client.outbound().sendString(Mono.just("hello")).then().subscribe();
          client.inbound().receive().asString().take(1)
              .publishOn(Schedulers.fromZLoop())
              .doOnNext(System.out::println)
              .blockLast();
          client.disposeNow();
          server.disposeNow();
          try {
            TcpClient.create().host("127.0.0.1").port(server.port()).secure().connectNow();
          } catch (RuntimeException refused) {
            System.out.println("refused");
          }
          System.out.println(Schedulers.class.getModule());
          System.out.println(client.loop().getClass().getModule());
        }
      }
      """;

  @Test
  void theFirstProgramRunsOnNamedModules(@TempDir Path directory) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources/app"));
    Path classes = directory.resolve("classes");
    compile(
        classes,
        Files.writeString(sources.getParent().resolve("module-info.java"), DESCRIPTOR),
        Files.writeString(sources.resolve("Main.java"), PROGRAM));
    List<String> command =
        List.of(
            ChildJvm.java(),
            "-ea",
            "--illegal-native-access=deny",
            "--enable-native-access=dev.zloop.nativereactor",
            "--module-path",
            classes + File.pathSeparator + modulePath(),
            "--module",
            "app/app.Main");
    try (ChildJvm program = ChildJvm.start(command)) {
      assertEquals(0, program.exitStatus(), () -> "errors: " + program.errors());
      assertEquals(
          List.of("hello", "refused", "module dev.zloop.reactor", "module dev.zloop.core"),
          program.remainingLines());
      assertEquals(List.of(), program.errors());
    }
  }

  /** As strictly as the libraries themselves. */
  private static void compile(Path classes, Path... sources) {
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "-Xlint:all",
                    "-Werror",
                    "--module-path",
                    modulePath(),
                    "-d",
                    classes.toString()),
                Stream.of(sources).map(Path::toString))
            .toList();
    int status = javac.run(System.out, System.err, arguments.toArray(String[]::new));
    assertTrue(status == 0, "it does not compile: see above");
  }

  /** Where the libraries are that it needs, and nothing else. */
  private static String modulePath() {
    return Stream.of(
            Backend.class,
            ZLoop.class,
            Schedulers.class,
            Flux.class,
            Publisher.class,
            ByteBuf.class,
            ReferenceCounted.class,
            SslContext.class,
            ByteToMessageDecoder.class,
            Channel.class,
            UnixChannel.class,
            AddressResolver.class)
        .map(ModulePathIT::location)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
