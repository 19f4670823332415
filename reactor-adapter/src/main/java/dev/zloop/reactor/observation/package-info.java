/** What {@code metrics(..)} and {@code wiretap(..)} come to, for TCP and UDP alike. */
package dev.zloop.reactor.observation;
