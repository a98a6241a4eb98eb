package io.elasticjob;

/**
 * Whether a job pauses when its firings fail one after another.
 *
 * @param firings of one shard that have to fail in a row for it, whatever their retries; 0 for never
 * @since 0.1.0
 */
public record PauseAfterFailures(int firings) {

    private static final int MOST = 1_000;

    /** Whether it pauses at all. */
    public boolean wanted() {
        return firings > 0;
    }

    /** @throws InvalidSettingException when it cannot be used, by itself or beside others */
    static PauseAfterFailures read(WrittenSettings written) {
        PauseAfterFailures pause =
                new PauseAfterFailures(written.read(JobKey.PAUSE_AFTER_FAILURES, SettingForm.number(0, MOST)));
        if (pause.wanted() && !written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    JobKey.PAUSE_AFTER_FAILURES,
                    "needs monitorExecution=true: without records no instance knows what has failed");
        }
        return pause;
    }
}
