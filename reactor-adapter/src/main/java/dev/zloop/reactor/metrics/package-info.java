/**
 * What can be measured: of servers and clients, and of loops; and Micrometer to measure it with.
 */
package dev.zloop.reactor.metrics;
