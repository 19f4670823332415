/** Where connections begin: resolve, bind, accept, connect. */
package dev.zloop.core.edge;
