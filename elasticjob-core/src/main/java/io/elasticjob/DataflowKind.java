package io.elasticjob;

import java.util.Collection;
import java.util.List;

/** Brings the key of jobs that work on data in batches. */
public final class DataflowKind implements HandlerKind {

    @Override
    public String name() {
        return "dataflow";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(DataflowJob.STREAMING);
    }

    @Override
    public void check(JobDefinition job) {
        boolean isStream = job.value(DataflowJob.STREAMING, SettingForm.flag());
        if (isStream && job.overlap() == Overlap.QUEUE_ALL) {
            throw new InvalidSettingException(
                    job.name() + "." + DataflowJob.STREAMING.key(),
                    "true",
                    "cannot be set beside overlap=\"QUEUE_ALL\": a stream has no end that firings could wait for");
        }
        if (isStream && !job.monitorExecution()) {
            throw new InvalidSettingException(
                    job.name() + "." + DataflowJob.STREAMING.key(),
                    "true",
                    "needs monitorExecution=true: a stream goes on from checkpoints, and there are none without records");
        }
    }
}
