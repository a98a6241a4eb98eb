package io.elasticjob;

/**
 * What happens to a shard whose instance dies while running it.
 *
 * @param wanted whether it is run again immediately, under the same firing
 * @param limit how many owners of one firing may die before it counts as lost
 * @since 0.1.0
 */
public record Failover(boolean wanted, int limit) {

    private static final SettingForm<Integer> LIMIT = SettingForm.number(0, 1_000);

    /** @throws InvalidSettingException when the keys of failover cannot be used, by themselves or beside others */
    static Failover read(WrittenSettings written) {
        Failover failover = new Failover(
                written.read(JobKey.FAILOVER, SettingForm.flag()), written.read(JobKey.FAILOVER_LIMIT, LIMIT));
        if (failover.wanted && !written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw written.invalid(
                    JobKey.FAILOVER, "needs monitorExecution=true: without records no instance knows what was running");
        }
        return failover;
    }
}
