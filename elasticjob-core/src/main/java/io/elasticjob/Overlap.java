package io.elasticjob;

/**
 * What happens to a firing by schedule that comes due while its shard still runs.
 *
 * @since 0.1.0
 */
public enum Overlap {
    /** It is a misfire: {@link Misfire} decides. */
    MISFIRE,
    /**
     * It waits, and so do those that come due after it: they run one after another, the oldest first. At most
     * {@link #MOST_QUEUED} wait for a shard; of more, the oldest are dropped.
     */
    QUEUE_ALL,
    /**
     * What runs is cancelled, with the reason {@link Cancellation.Reason#OVERLAP}. The new firing starts when that has really
     * ended. What was triggered by hand is not cancelled.
     */
    CANCEL_RUNNING;

    /** How many firings wait for one shard at most. */
    public static final int MOST_QUEUED = 100;

    /** @throws InvalidSettingException when it cannot be used, by itself or beside others */
    static Overlap read(WrittenSettings written) {
        Overlap overlap = written.read(JobKey.OVERLAP, SettingForm.word(Overlap.class));
        if (overlap == MISFIRE) {
            return overlap;
        }
        if (!written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    JobKey.OVERLAP, "needs monitorExecution=true: without records no instance knows what is running");
        }
        if (!written.text(JobKey.FIXED_DELAY).isEmpty()) {
            throw written.invalid(
                    JobKey.OVERLAP,
                    "cannot be set beside fixedDelay=\"" + written.text(JobKey.FIXED_DELAY)
                            + "\": the next firing follows the end, so that none comes due during a run");
        }
        if (overlap == CANCEL_RUNNING
                && written.read(JobKey.MISFIRE, SettingForm.word(Misfire.class)) == Misfire.RUN_ALL) {
            throw written.invalid(
                    JobKey.OVERLAP,
                    "cannot be set beside misfire=\"RUN_ALL\": one cancels what runs for the latest firing, the other"
                            + " runs the older ones first");
        }
        return overlap;
    }
}
