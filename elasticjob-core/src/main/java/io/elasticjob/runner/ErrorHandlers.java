package io.elasticjob.runner;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.ShardingContext;
import io.elasticjob.text.Thrown;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Error handlers by their names, none of which gets in the way of an execution. */
final class ErrorHandlers {

    private static final Logger log = LoggerFactory.getLogger(InProcessShardRunner.class);

    /** Those that are built in, of which each failure is logged. */
    static final ErrorHandlers NONE = new ErrorHandlers(Map.of(), JobErrorHandler.LOG);

    private final Map<String, JobErrorHandler> byName;
    private final String otherwise;

    /**
     * @param otherwise name of the one for jobs that name none
     * @throws InvalidSettingException when a name is taken, or is the name of none
     */
    ErrorHandlers(Map<String, JobErrorHandler> byName, String otherwise) {
        this.byName = Map.copyOf(byName);
        this.otherwise = otherwise;
        byName.keySet().stream()
                .filter(JobErrorHandler.BUILT_IN::contains)
                .findFirst()
                .ifPresent(taken -> {
                    throw new InvalidSettingException(
                            "error handler", taken, "is the name of a built-in one: give it another name");
                });
        if (!JobErrorHandler.BUILT_IN.contains(otherwise) && !byName.containsKey(otherwise)) {
            Set<String> known = new TreeSet<>(JobErrorHandler.BUILT_IN);
            known.addAll(byName.keySet());
            throw new InvalidSettingException(
                    "elasticjob.execution.error-handler",
                    otherwise,
                    "is not the name of an error handler; there are " + known);
        }
    }

    /** Names of those that are not built in. */
    Set<String> names() {
        return byName.keySet();
    }

    /**
     * Tells the one of this name.
     *
     * @param name "" for the one that holds where a job names none
     * @return whether the failure is to be logged: that is what it does, or it has failed itself
     */
    boolean failed(String name, ShardingContext context, Throwable failure) {
        String effective = name.isEmpty() ? otherwise : name;
        if (effective.equals(JobErrorHandler.LOG) || effective.equals(JobErrorHandler.IGNORE)) {
            return effective.equals(JobErrorHandler.LOG);
        }
        try {
            JobErrorHandler handler = effective.equals(JobErrorHandler.THROW)
                    ? (any, thrown) -> throwOn(thrown)
                    : byName.getOrDefault(effective, ErrorHandlers::unknown);
            handler.failed(context, failure);
            return false;
        } catch (Throwable broken) {
            log.error(
                    "The error handler {} of {} failed itself; the outcome stays, and the failure it was told is logged",
                    effective,
                    context,
                    Thrown.tellable(broken));
            return true;
        }
    }

    private static void unknown(ShardingContext context, Throwable failure) {
        throw new IllegalStateException("There is no error handler of this name here");
    }

    private static void throwOn(Throwable failure) {
        Thread thread = Thread.currentThread();
        UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        handler.uncaughtException(thread, failure);
    }
}
