/** The simulated machine: sockets, system calls, a poller, a completor, time, and faults. */
package dev.zloop.simulation.kernel;
