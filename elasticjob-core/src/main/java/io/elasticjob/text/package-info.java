/**
 * Texts as people write and read them: durations, pairs, what is not seen in a text, what a misspelt name may mean. Says
 * nothing of jobs.
 */
@NullMarked
package io.elasticjob.text;

import org.jspecify.annotations.NullMarked;
