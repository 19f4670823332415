/** Loops on a simulated kernel, network and clock, driven by a seed. */
module dev.zloop.simulation {
  requires transitive dev.zloop.core;

  exports dev.zloop.simulation;
}
