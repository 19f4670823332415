/** Pollers: who waits for readiness, and how another thread wakes it. */
package dev.zloop.nativereactor.poll;
