/** Real faults, done to real processes, and the audit of what these wrote down. For the tests of other modules. */
@NullMarked
package io.elasticjob.testing.faults;

import org.jspecify.annotations.NullMarked;
