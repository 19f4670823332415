/** The event loop as its users see it. */
package dev.zloop.core;
