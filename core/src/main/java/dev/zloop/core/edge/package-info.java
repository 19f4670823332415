/**
 * Where connections begin, in plain Java: {@link dev.zloop.core.edge.Resolver names become
 * addresses}, {@link dev.zloop.core.edge.Acceptor listeners} bind and accept, {@link
 * dev.zloop.core.edge.Connector connects} go out. All of it stands on the seam, {@link
 * dev.zloop.core.transport.SocketIo}, and knows no poller and no ring. {@link
 * dev.zloop.core.edge.Signals} come from outside, too.
 */
package dev.zloop.core.edge;
