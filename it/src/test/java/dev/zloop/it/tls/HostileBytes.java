package dev.zloop.it.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** What a peer may send that has no key yet, and means no good. */
final class HostileBytes {
  static final int CHANGE_CIPHER_SPEC = 20;
  static final int ALERT = 21;
  static final int HANDSHAKE = 22;
  static final int APPLICATION_DATA = 23;

  /** How long the encrypted part of a record may be (RFC 5246, 6.2.3). */
  static final int RECORD_BYTES_MAX = (1 << 14) + 2048;

  private static final byte[] CLIENT_HELLO = newClientHello();

  private HostileBytes() {}

  /** All of it, by what it is. */
  static Map<String, byte[]> all(Random random) {
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      all.put("garbage " + i, garbage(random, 1 + random.nextInt(i < 6 ? 64 : 40_000)));
      all.put("a record of garbage " + i, recordOfGarbage(random));
      all.put("a changed hello " + i, changed(clientHello(), random));
      byte[] hello = clientHello();
      all.put("a hello cut off " + i, head(hello, 1 + random.nextInt(hello.length - 1)));
    }
    all.put("plaintext", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    all.put("a hello in records of one byte", inRecordsOfOneByte(clientHello()));
    all.put("two hellos", repeated(clientHello(), 2));
    putRecords(all, random);
    putAlerts(all);
    putNames(all, random);
    return all;
  }

  private static void putRecords(Map<String, byte[]> all, Random random) {
    for (int length : new int[] {0, 1, 1 << 14, (1 << 14) + 257, RECORD_BYTES_MAX + 1, 65_535}) {
      for (int type : new int[] {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA}) {
        byte[] one = record(type, garbage(random, length));
        all.put("a record of type " + type + " and " + length + " bytes", one);
        all.put("and again, after a hello: " + type + ", " + length, joined(clientHello(), one));
      }
    }
    for (int type : new int[] {0, 19, 24, 25, 99, 128, 255}) {
      all.put("a record of type " + type, record(type, garbage(random, 100)));
    }
    for (int type : new int[] {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA}) {
      byte[] empties = repeated(record(type, new byte[0]), 10_000);
      all.put("empty records of type " + type, empties);
      all.put("empty records of type " + type + " after a hello", joined(clientHello(), empties));
    }
    byte[] changes = repeated(record(CHANGE_CIPHER_SPEC, new byte[] {1}), 10_000);
    all.put("changes of cipher", changes);
    all.put("changes of cipher after a hello", joined(clientHello(), changes));
  }

  private static void putAlerts(Map<String, byte[]> all) {
    for (int description = 0; description < 128; description += 11) {
      for (int level = 1; level <= 2; level++) {
        byte[] alert = record(ALERT, new byte[] {(byte) level, (byte) description});
        all.put("alert " + level + "/" + description, alert);
        all.put("alert after a hello " + level + "/" + description, joined(clientHello(), alert));
      }
    }
    byte[] warnings = repeated(record(ALERT, new byte[] {1, 90}), 10_000);
    all.put("warnings", warnings);
    all.put("warnings after a hello", joined(clientHello(), warnings));
  }

  /** Names as a client may ask for them, which a server may read to choose a certificate. */
  private static void putNames(Map<String, byte[]> all, Random random) {
    for (int length : new int[] {0, 255, 256, 16_000, 60_000, 65_000}) {
      byte[] name = new byte[length];
      Arrays.fill(name, (byte) 'a');
      all.put("a name of " + length + " bytes", inRecords(helloFor(name)));
    }
    for (int i = 0; i < 6; i++) {
      byte[] name = garbage(random, 1 + random.nextInt(300));
      all.put("a name of garbage " + i, inRecords(helloFor(name)));
      all.put("a changed hello with a name " + i, changed(inRecords(helloFor(name)), random));
    }
    all.put("a hello of 64 KiB", inRecords(message(1, new byte[1 << 16])));
    all.put("a hello of more than 64 KiB", inRecords(message(1, new byte[(1 << 16) + 1])));
    all.put("a hello said to be of 16 MiB", inRecords(head(message(1, new byte[0xffffff]), 1000)));
  }

  // ---- parts

  static byte[] record(int type, byte[] content) {
    ByteBuffer bytes = ByteBuffer.allocate(5 + content.length);
    bytes.put((byte) type).put((byte) 3).put((byte) 3).putShort((short) content.length);
    return bytes.put(content).array();
  }

  /** A message of the handshake, in as many records as it takes. */
  private static byte[] inRecords(byte[] message) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int from = 0; from < message.length; from += 1 << 14) {
      int to = Math.min(message.length, from + (1 << 14));
      records.writeBytes(record(HANDSHAKE, Arrays.copyOfRange(message, from, to)));
    }
    return records.toByteArray();
  }

  private static byte[] inRecordsOfOneByte(byte[] oneRecord) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 5; i < oneRecord.length; i++) {
      records.writeBytes(record(HANDSHAKE, new byte[] {oneRecord[i]}));
    }
    return records.toByteArray();
  }

  private static byte[] message(int type, byte[] body) {
    return ByteBuffer.allocate(4 + body.length).putInt(type << 24 | body.length).put(body).array();
  }

  /** The message with which a client begins, which asks for a name (RFC 6066, 3). */
  private static byte[] helloFor(byte[] name) {
    ByteBuffer body = ByteBuffer.allocate(name.length + 100);
    body.putShort((short) 0x0303).put(new byte[32]); // the version, a random number
    body.put((byte) 0).putShort((short) 2).putShort((short) 0xc02f); // no session, one suite
    body.put((byte) 1).put((byte) 0); // no compression
    body.putShort((short) (name.length + 9)).putShort((short) 0); // the extension
    body.putShort((short) (name.length + 5)).putShort((short) (name.length + 3));
    body.put((byte) 0).putShort((short) name.length).put(name);
    byte[] bytes = new byte[body.flip().remaining()];
    body.get(bytes);
    return message(1, bytes);
  }

  /** What an honest client begins with. */
  static byte[] clientHello() {
    return CLIENT_HELLO.clone();
  }

  private static byte[] newClientHello() {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 443);
      engine.setUseClientMode(true);
      engine.beginHandshake();
      ByteBuffer bytes = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), bytes);
      return head(bytes.array(), bytes.position());
    } catch (GeneralSecurityException | SSLException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] garbage(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] recordOfGarbage(Random random) {
    int type = CHANGE_CIPHER_SPEC + random.nextInt(4);
    return record(type, garbage(random, random.nextInt(17_000)));
  }

  /** With some bits the other way. */
  private static byte[] changed(byte[] bytes, Random random) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  static byte[] head(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }

  static byte[] repeated(byte[] bytes, int times) {
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      parts.add(bytes);
    }
    return joined(parts.toArray(byte[][]::new));
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
