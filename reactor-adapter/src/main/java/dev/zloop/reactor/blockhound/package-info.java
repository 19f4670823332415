/** What BlockHound has to know of zloop. */
package dev.zloop.reactor.blockhound;
