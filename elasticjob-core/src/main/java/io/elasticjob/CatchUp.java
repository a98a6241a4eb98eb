package io.elasticjob;

import java.time.Duration;

/**
 * Which of the firings that were missed are run with {@link Misfire#RUN_ALL}, one after another, the oldest first.
 *
 * @param most how many of them; of more, the oldest are dropped
 * @param age how long ago one may have come due
 * @since 0.1.0
 */
public record CatchUp(int most, Duration age) {

    private static final int MOST = 1_000;
    private static final Duration LONGEST = Duration.ofDays(365);

    /** @throws InvalidSettingException when its keys cannot be used, by themselves or beside others */
    static CatchUp read(WrittenSettings written) {
        CatchUp catchUp = new CatchUp(
                written.read(JobKey.CATCH_UP, SettingForm.number(1, MOST)),
                written.read(JobKey.CATCH_UP_AGE, SettingForm.duration(LONGEST)));
        if (written.read(JobKey.MISFIRE, SettingForm.word(Misfire.class)) == Misfire.RUN_ALL) {
            checkRunAll(written);
        } else {
            refuse(written, JobKey.CATCH_UP);
            refuse(written, JobKey.CATCH_UP_AGE);
        }
        return catchUp;
    }

    private static void checkRunAll(WrittenSettings written) {
        if (!written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    JobKey.MISFIRE, "needs monitorExecution=true: without records no instance knows what was missed");
        }
        if (!written.text(JobKey.FIXED_DELAY).isEmpty()) {
            throw written.invalid(
                    JobKey.MISFIRE,
                    "cannot be set beside fixedDelay=\"" + written.text(JobKey.FIXED_DELAY)
                            + "\": the next firing follows the end, so that none is missed");
        }
    }

    private static void refuse(WrittenSettings written, JobKey key) {
        if (written.all().containsKey(key)) {
            throw written.invalid(key, "needs misfire=RUN_ALL: otherwise missed firings are not run one by one");
        }
    }
}
