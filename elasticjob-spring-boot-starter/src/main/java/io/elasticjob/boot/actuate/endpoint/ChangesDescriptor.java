package io.elasticjob.boot.actuate.endpoint;

import java.util.List;
import java.util.function.Predicate;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What has changed of the namespace. The names of these fields are one word each, so that they are written alike however an
 * application has its own answers written.
 *
 * @param at what to give as {@code after} the next time, to whichever instance; everything up to it is told
 * @param again whether all is to be read again: the answering instance does not remember that far back
 * @param jobs names of those that were created, changed or removed
 * @param rows names of those that were asked for, whose records or triggers have changed
 * @param instances whether instances came, went, or show something else
 */
record ChangesDescriptor(String at, boolean again, List<String> jobs, List<String> rows, boolean instances)
        implements OperationResponseBody {

    static ChangesDescriptor readAgain(long at) {
        return new ChangesDescriptor(String.valueOf(at), true, List.of(), List.of(), false);
    }

    static ChangesDescriptor nothing(long at) {
        return new ChangesDescriptor(String.valueOf(at), false, List.of(), List.of(), false);
    }

    /** Of those jobs only. */
    ChangesDescriptor only(Predicate<String> visible) {
        return new ChangesDescriptor(
                at,
                again,
                jobs.stream().filter(visible).toList(),
                rows.stream().filter(visible).toList(),
                instances);
    }

    boolean isNothing() {
        return !again && jobs.isEmpty() && rows.isEmpty() && !instances;
    }
}
