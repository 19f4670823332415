package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Syscalls;

/** System calls that go to another set of them, where a test does not say otherwise. */
public class ForwardingSyscalls implements Syscalls {
  final Syscalls kernel;

  ForwardingSyscalls(Syscalls kernel) {
    this.kernel = kernel;
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return kernel.socket(domain, type, protocol);
  }

  @Override
  public int bind(int fd, long address, int addressLength) {
    return kernel.bind(fd, address, addressLength);
  }

  @Override
  public int listen(int fd, int backlog) {
    return kernel.listen(fd, backlog);
  }

  @Override
  public int accept4(int fd, int flags) {
    return kernel.accept4(fd, flags);
  }

  @Override
  public int connect(int fd, long address, int addressLength) {
    return kernel.connect(fd, address, addressLength);
  }

  @Override
  public int getsockname(int fd, long address, long addressLength) {
    return kernel.getsockname(fd, address, addressLength);
  }

  @Override
  public int getpeername(int fd, long address, long addressLength) {
    return kernel.getpeername(fd, address, addressLength);
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    return kernel.getsockopt(fd, level, name, value, valueLength);
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    return kernel.setsockopt(fd, level, name, value, valueLength);
  }

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    return kernel.recv(fd, buffer, length, flags);
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    return kernel.send(fd, buffer, length, flags);
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    return kernel.sendmsg(fd, msghdr, flags);
  }

  @Override
  public int recvmmsg(int fd, long messages, int count, int flags) {
    return kernel.recvmmsg(fd, messages, count, flags);
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    return kernel.sendmmsg(fd, messages, count, flags);
  }

  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    return kernel.sendfile(outFd, inFd, offset, count);
  }

  @Override
  public int pread(int fd, long buffer, int length, long offset) {
    return kernel.pread(fd, buffer, length, offset);
  }

  @Override
  public int shutdown(int fd, int how) {
    return kernel.shutdown(fd, how);
  }

  @Override
  public int close(int fd) {
    return kernel.close(fd);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
