/**
 * Loops on a simulated kernel, network and clock, driven by a seed: for tests of servers without a
 * network. Begin at {@link dev.zloop.simulation.Simulation}.
 */
package dev.zloop.simulation;
