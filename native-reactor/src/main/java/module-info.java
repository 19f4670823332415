/**
 * System calls and pollers over the foreign function API. It knows neither loops nor timers and
 * depends on nothing.
 */
// "module": the friends below are built after this module, one of them in a later version.
@SuppressWarnings("module")
module dev.zloop.nativereactor {
  exports dev.zloop.nativereactor;
  exports dev.zloop.nativereactor.sys to
      dev.zloop.core,
      dev.zloop.netty,
      dev.zloop.simulation;
  exports dev.zloop.nativereactor.poll to
      dev.zloop.core,
      dev.zloop.netty,
      dev.zloop.simulation;
  exports dev.zloop.nativereactor.uring to
      dev.zloop.core,
      dev.zloop.netty,
      dev.zloop.simulation;
}
