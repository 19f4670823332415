/** The PROXY protocol: what a proxy in front of a server says of whom it speaks for. */
package dev.zloop.reactor.proxy;
