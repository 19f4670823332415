/** The seam to the kernel, and the one stream transport on it. */
package dev.zloop.core.transport;
