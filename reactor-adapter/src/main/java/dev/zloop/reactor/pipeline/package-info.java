/**
 * Netty's handlers on the bytes of a connection, without Netty's transport: TLS, and whatever else
 * is a handler.
 */
package dev.zloop.reactor.pipeline;
