/** The bytes of a connection as Netty's buffers: what is below Reactor's side, and handlers. */
package dev.zloop.reactor.stream;
