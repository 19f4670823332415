package dev.zloop.nativereactor.uring;

/**
 * What not every kernel that has io_uring has.
 *
 * @param capsMultishot a multishot receive observes its bounds
 * @param sendsMessages a thread without a ring can send a message to one
 */
record UringFeatures(boolean capsMultishot, boolean sendsMessages) {}
