/**
 * Readiness: which descriptors can be read or written now. A {@link
 * dev.zloop.nativereactor.poll.Poller} registers, polls and wakes; it knows no timers, callbacks or
 * transports.
 */
package dev.zloop.nativereactor.poll;
