/** Project Reactor's schedulers on zloop's loops. */
package dev.zloop.reactor;
