/**
 * What crosses modules, processes and peers: tests over real sockets, against the jars that users
 * get. The tests themselves are under {@code src/test}.
 */
package dev.zloop.it;
