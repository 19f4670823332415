/**
 * The system calls, each as its manual page has it: a non-negative result or {@code -errno}, never
 * an exception, never policy.
 *
 * <p>This is the only package that touches {@link java.lang.foreign.Linker} and the restricted
 * methods of {@code java.lang.foreign}. Pointers are {@code long}: nothing here checks what they
 * point to, as nothing in C does. {@link dev.zloop.nativereactor.sys.Region} is where memory comes
 * from, {@link dev.zloop.nativereactor.sys.Memory} reads and writes it, the small layout classes
 * know the fields of the kernel's structures.
 *
 * <p>Whoever comes in goes through {@link dev.zloop.nativereactor.sys.Native#ensureUsable()}, which
 * says in one sentence what is missing when native access is denied or the platform unknown.
 */
package dev.zloop.nativereactor.sys;
