package dev.zloop.it.blockhound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Resolves one name more than the JDK, and tells when; found by the service loader. */
public final class PlantedNames extends InetAddressResolverProvider {
  static final String NAME = "planted.test";

  private static volatile Runnable onLookup = () -> {};

  /** For the service loader. */
  public PlantedNames() {}

  /** What to do whenever the name is looked up, in the thread that looks. */
  static void onLookup(Runnable action) {
    onLookup = action;
  }

  @Override
  public String name() {
    return "the JDK's, and one name for a test";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver jdk = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        if (!host.equals(NAME)) {
          return jdk.lookupByName(host, policy);
        }
        onLookup.run();
        return Stream.of(InetAddress.ofLiteral("127.0.0.1"));
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return jdk.lookupByAddress(address);
      }
    };
  }
}
