/** Completion: what io_uring(7) can do for a loop, as a {@link Completor}. */
package dev.zloop.nativereactor.uring;
