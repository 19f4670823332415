/** Which ways of talking to the kernel there are, and which of them this machine has. */
package dev.zloop.nativereactor;
