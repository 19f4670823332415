/** What is written to the log of a connection's bytes. */
package dev.zloop.reactor.logging;
