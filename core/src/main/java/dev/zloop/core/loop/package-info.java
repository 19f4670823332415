/** The loop's turn: ready queue, inbox, timers, clock. */
package dev.zloop.core.loop;
