/** The run cycle: a turn, the inbox, the timers, the clock. It knows nothing of sockets. */
package dev.zloop.core.loop;
