/**
 * The ways into the kernel: which {@linkplain dev.zloop.nativereactor.Backend backends} this
 * machine offers, and why not the others.
 *
 * <p>Below it, and exported to zloop's own modules only: {@code sys}, the system calls as the
 * manual pages have them, and {@code poll}, the readiness pollers built on those.
 */
package dev.zloop.nativereactor;
