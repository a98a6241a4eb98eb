/**
 * The engine: all mutable state of one instance, confined to one serial loop that feeds pure decisions and carries out
 * what they ask for, through ports.
 */
@NullMarked
package io.elasticjob.engine;

import org.jspecify.annotations.NullMarked;
