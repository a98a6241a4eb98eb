package io.elasticjob;

/**
 * Jobs are disabled in this application, and so are operations on them. Nothing was changed.
 *
 * @since 0.1.0
 */
public final class JobsDisabledException extends OperationRefusedException {

    private static final long serialVersionUID = 1L;

    /** @param why names the setting */
    public JobsDisabledException(String why) {
        super(why);
    }
}
