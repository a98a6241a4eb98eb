/**
 * What is there, for people and for machines that show it: the namespace, its instances and jobs with their shards, and
 * {@linkplain io.elasticjob.view.Explanation why} a job does not run. Values that never change, taken at one moment.
 */
@NullMarked
package io.elasticjob.view;

import org.jspecify.annotations.NullMarked;
