/** TCP servers and clients whose bytes are moved by a zloop. */
package dev.zloop.reactor.tcp;
