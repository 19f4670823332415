/** The system calls, each reading like its man page: a result or {@code -errno}. */
package dev.zloop.nativereactor.sys;
