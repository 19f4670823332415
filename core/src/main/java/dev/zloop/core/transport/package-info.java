/**
 * The seam between the engine and the kernel's facilities ({@link
 * dev.zloop.core.transport.SocketIo}), and the one {@link dev.zloop.core.transport.Transport} on
 * it.
 */
package dev.zloop.core.transport;
