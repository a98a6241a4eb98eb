package io.elasticjob.boot.actuate.endpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A page of jobs.
 *
 * @param total how many there are on all pages
 * @param next what to give as {@code after} to get the next page; null when there is none
 * @param at everything that the registry has done up to this transaction is in it; null when that is not known
 */
record JobsDescriptor(
        List<JobDescriptor> jobs,
        int total,
        @Nullable String next,
        @Nullable String at) implements OperationResponseBody {}
