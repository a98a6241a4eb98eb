package io.elasticjob.kind;

import io.elasticjob.HandlerKind;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Brings the key of jobs that run a script.
 *
 * @since 0.1.0
 */
public final class ScriptKind implements HandlerKind {

    /** Name of the script. */
    public static final JobKey SCRIPT = JobKey.named("script")
            .namesHandler("script")
            .form(written -> TemplateName.read(written, "a script"))
            .documentation(
                    "Name of a script under 'elasticjob.scripts' that runs the job. An entry with a script declares"
                            + " a further job. Instances that declare the script run it. Excludes 'handler'.")
            .build();

    @Override
    public String name() {
        return "script";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(SCRIPT);
    }

    @Override
    public void check(JobDefinition job) {
        check(job, JobKey.JOB_PARAMETER, job.jobParameter());
        IntStream.range(0, job.shardingTotalCount())
                .forEach(shard -> check(job, JobKey.SHARDING_ITEM_PARAMETERS, job.shardingParameter(shard)));
    }

    private static void check(JobDefinition job, JobKey key, String value) {
        String obstacle = obstacle(value);
        if (!obstacle.isEmpty()) {
            throw new InvalidSettingException(
                    job.name() + "." + key.key(), InvalidSettingException.hidden(value), obstacle);
        }
    }

    /** Why a parameter cannot be handed to a process; "" when it can. */
    static String obstacle(String value) {
        if (value.indexOf('\0') >= 0) {
            return "has the character U+0000, which no environment variable of a script can have";
        }
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        return bytes <= LONGEST_VARIABLE
                ? ""
                : "is too long for a script: an environment variable takes " + LONGEST_VARIABLE
                        + " bytes in UTF-8, and it has " + bytes;
    }

    /** In bytes: a little less than what Linux takes, with the name. */
    private static final int LONGEST_VARIABLE = 120_000;
}
