/** Values that are easy to get wrong, for the tests of all ways in which they reach a task. */
@NullMarked
package io.elasticjob.testing.values;

import org.jspecify.annotations.NullMarked;
