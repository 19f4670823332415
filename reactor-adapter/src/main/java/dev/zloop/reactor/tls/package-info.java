/** TLS, as servers, clients and connections are told to speak it. */
package dev.zloop.reactor.tls;
