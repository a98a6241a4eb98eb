package io.elasticjob.gateway.wire;

import org.jspecify.annotations.Nullable;

/**
 * How an execution ended, as its worker tells.
 *
 * @param why it failed, or had nothing to do; null when it did neither
 * @param left the result that it leaves, "" for none, or when it did not succeed
 * @param log the last that it wrote, "" when it wrote nothing
 */
public record Result(String id, Ending ending, @Nullable String why, String left, String log) {

    /** How. */
    public enum Ending {
        SUCCEEDED,
        /** There was nothing to do. */
        SKIPPED,
        FAILED,
        /** It was cut off after it was cancelled, or was never begun. */
        ABANDONED
    }

    static Result read(Body body) {
        Ending ending = body.word("outcome", Ending.class);
        return new Result(
                body.name("id", WireLimits.ID),
                ending,
                switch (ending) {
                    case FAILED -> body.text("error", WireLimits.ERROR).orElse("the worker did not say why");
                    case SKIPPED -> body.text("reason", WireLimits.REASON).orElse("");
                    default -> null;
                },
                ending == Ending.SUCCEEDED ? body.shortText("result", WireLimits.RESULT_BYTES) : "",
                body.text("log", WireLimits.LOG).orElse(""));
    }
}
