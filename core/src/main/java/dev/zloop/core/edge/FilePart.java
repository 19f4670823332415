package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.FileConstants;
import dev.zloop.nativereactor.sys.FileSyscalls;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A part of a regular file, open to be read. What it does waits for the disk: not for a loop's
 * thread; and for one thread at a time.
 */
public final class FilePart implements AutoCloseable {

  /** For {@link #open}: whatever there is from the position on. */
  public static final long TO_THE_END = -1;

  /** What the default file system makes of the bytes of a path. */
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private final FileSyscalls syscalls = FileSyscalls.open();
  private final Path path;
  private final int fd;
  private final long position;
  private final long length;

  private FilePart(Path path, long position, long count) throws IOException {
    this.path = path;
    this.position = position;
    this.fd = openDescriptor();
    try {
      this.length = findLength(count);
    } catch (IOException | RuntimeException unusable) {
      close();
      throw unusable;
    }
  }

  /**
   * Opens a file.
   *
   * @param path of the default file system
   * @param position where the part begins, in bytes, from 0 to the file's size
   * @param count its bytes, which the file has to have by now, or {@link #TO_THE_END}
   * @throws NoSuchFileException if there is none
   * @throws AccessDeniedException if it may not be read
   * @throws FileSystemException if it is no regular file, is shorter, or cannot be opened; each of
   *     them says which file, and why
   */
  public static FilePart open(Path path, long position, long count) throws IOException {
    if (path.getFileSystem() != FileSystems.getDefault()) {
      throw failure(path, "is not of the default file system: the kernel does not know it");
    }
    return new FilePart(path, position, count);
  }

  private int openDescriptor() throws IOException {
    byte[] bytes = path.toString().getBytes(FILE_NAMES);
    try (Region name = Region.allocate(bytes.length + 1L, 1)) {
      Memory.copyIn(bytes, 0, bytes.length, name.address());
      Memory.putByte(name.address() + bytes.length, (byte) 0);
      // Non-blocking, for a FIFO: it is refused, and nobody waits for its writer.
      int flags = FileConstants.O_RDONLY | FileConstants.O_CLOEXEC | FileConstants.O_NONBLOCK;
      int result = syscalls.open(name.address(), flags);
      if (result < 0) {
        throw failureToOpen(-result);
      }
      return result;
    }
  }

  private IOException failureToOpen(int errno) {
    if (errno == Errno.ENOENT) {
      return new NoSuchFileException(path.toString());
    }
    if (errno == Errno.EACCES) {
      return new AccessDeniedException(path.toString());
    }
    return failure(path, new NativeIoException("open", errno).getMessage());
  }

  private long findLength(long count) throws IOException {
    long size = syscalls.lseek(fd, 0, FileConstants.SEEK_END);
    try (Region oneByte = Region.allocate(1, 1)) {
      int read = syscalls.pread(fd, oneByte.address(), 1, 0);
      if (read == -Errno.EISDIR) {
        throw failure(path, "is a directory, expected a regular file");
      }
      if (size < 0 || read == -Errno.ESPIPE) {
        throw failure(path, "has no positions to read from, expected a regular file");
      }
      if (read < 0) {
        throw failure(path, new NativeIoException("pread", -read).getMessage());
      }
    }
    long wanted = count == TO_THE_END ? 0 : count;
    if (position > size || wanted > size - position) {
      throw failure(
          path,
          "has %d bytes, expected at least %s"
              .formatted(
                  size,
                  count == TO_THE_END
                      ? "as many as the position, " + position
                      : position + " and " + count + " from there on"));
    }
    return count == TO_THE_END ? size - position : count;
  }

  private static FileSystemException failure(Path path, String reason) {
    return new FileSystemException(path.toString(), null, reason);
  }

  /** Its file's path. */
  public Path path() {
    return path;
  }

  /** The descriptor, for {@link dev.zloop.core.transport.Transport#writeFile}; not to close. */
  public int fd() {
    return fd;
  }

  /** Where it begins, in bytes. */
  public long position() {
    return position;
  }

  /** How many bytes it has. */
  public long length() {
    return length;
  }

  /**
   * Reads.
   *
   * @param from where in the part to begin, in bytes, below its length
   * @param into a direct buffer, filled from its position; neither position nor limit is changed
   * @return how many bytes were read, 1 or more
   * @throws FileSystemException if it cannot be read, or has become shorter meanwhile
   */
  public int read(long from, ByteBuffer into) throws IOException {
    int bytes = (int) Math.min(into.remaining(), length - from);
    int read = syscalls.pread(fd, Memory.addressOf(into), bytes, position + from);
    if (read < 0) {
      throw failure(path, new NativeIoException("pread", -read).getMessage());
    }
    if (read == 0) {
      throw hasShrunk();
    }
    return read;
  }

  /** What to say of a file that cannot be read as far as was found when it was opened. */
  public FileSystemException hasShrunk() {
    return failure(
        path,
        "ends before %d bytes, which it had: it was made shorter while it was being sent"
            .formatted(position + length));
  }

  /** Closes the file. Once. */
  @Override
  public void close() {
    syscalls.close(fd);
  }

  @Override
  public String toString() {
    return path + ", " + length + " bytes from " + position;
  }
}
