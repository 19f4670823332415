/**
 * What threads share, tested by a model checker and by a stress harness; there is nothing here but
 * tests. They live in the packages of what they test, on the class path, to reach its internals.
 */
package dev.zloop.stress;
