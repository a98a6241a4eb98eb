/** What a test needs of the machine it runs on, and what becomes of it where that is missing. For the tests of other modules. */
@NullMarked
package io.elasticjob.testing.machine;

import org.jspecify.annotations.NullMarked;
