/** The history of executions in a relational database. */
@NullMarked
package io.elasticjob.boot.history;

import org.jspecify.annotations.NullMarked;
