/** UDP sockets whose datagrams are moved by a zloop. */
package dev.zloop.reactor.udp;
