/** Breaks every guard of {@code io.elasticjob.boot.ArchitectureTest}. */
package badly.elasticjob.boot;
