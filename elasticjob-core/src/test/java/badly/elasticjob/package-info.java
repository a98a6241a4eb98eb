/** What must not be done, done: one small class for each guard of {@link io.elasticjob.ArchitectureTest}. */
package badly.elasticjob;
