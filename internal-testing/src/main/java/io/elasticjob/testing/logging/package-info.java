/** Logging, as tests need it. For the tests of other modules. */
@NullMarked
package io.elasticjob.testing.logging;

import org.jspecify.annotations.NullMarked;
