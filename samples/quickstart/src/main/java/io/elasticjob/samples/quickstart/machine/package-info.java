/**
 * What lets several copies of the sample live side by side on one machine: a web port for each, and one database for
 * all. Nothing that an application of yours would need.
 */
package io.elasticjob.samples.quickstart.machine;
