package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxlJobRowTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schedule_type=CRON; schedule_conf=0 0 3 * * ?              | cron=0 0 3 * * ?",
                "schedule_type=FIX_RATE; schedule_conf=30                   | every=30s",
                "schedule_type=FIX_DELAY; schedule_conf=30                  | fixedDelay=30s",
                "schedule_type=NONE; job_desc=By hand.                      | description=By hand.",
                "job_cron=0 0 3 * * ?                                       | cron=0 0 3 * * ?",
                "job_cron=0 0 3 * * ?; trigger_status=0                     | cron=0 0 3 * * ?; enabled=false",
                "job_cron=0 0 3 * * ?; executor_param=a=1                   | cron=0 0 3 * * ?; jobParameter=a=1",
                "job_cron=0 0 3 * * ?; executor_timeout=90                  | cron=0 0 3 * * ?; timeout=1m30s",
                "job_cron=0 0 3 * * ?; executor_fail_retry_count=2          | cron=0 0 3 * * ?; retryAttempts=2",
                "job_cron=0 0 3 * * ?; executor_route_strategy=FAILOVER     | cron=0 0 3 * * ?; failover=true",
                "job_cron=0 0 3 * * ?; executor_route_strategy=ROUND        | cron=0 0 3 * * ?;"
                        + " shardingStrategy=round-robin",
                "job_cron=0 0 3 * * ?; executor_route_strategy=CONSISTENT_HASH | cron=0 0 3 * * ?;"
                        + " shardingStrategy=sticky",
                "job_cron=0 0 3 * * ?; executor_block_strategy=SERIAL_EXECUTION; misfire_strategy=DO_NOTHING | cron=0"
                        + " 0 3 * * ?; overlap=QUEUE_ALL; misfire=SKIP",
                "job_cron=0 0 3 * * ?; executor_block_strategy=COVER_EARLY; misfire_strategy=FIRE_ONCE_NOW | cron=0 0"
                        + " 3 * * ?; overlap=CANCEL_RUNNING",
                "job_cron=0 0 3 * * ?; executor_block_strategy=DISCARD_LATER; misfire_strategy=DO_NOTHING | cron=0 0 3"
                        + " * * ?; misfire=SKIP"
            })
    void eachColumnHasItsKey(String columns, String settings) {
        ImportedJob job = translated(columns, 2);

        assertThat(text(job)).isEqualTo(settings);
        assertThat(job.remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "executor_route_strategy=SHARDING_BROADCAST | set sharding-total-count: 3 instead of broadcast",
                "schedule_type=FIX_DELAY; schedule_conf=5; executor_route_strategy=SHARDING_BROADCAST | as many shards as"
                        + " there were executors, 3",
                "glue_type=GLUE_SHELL                       | GLUE_SHELL, code that is edited in the admin",
                "child_jobid=7,8                            | child jobs 7,8",
                "alarm_email=ann@example.org                | see elasticjob.alerts.mail",
                "schedule_type=MOON; schedule_conf=full     | schedule_type MOON full",
                "executor_block_strategy=DISCARD_LATER; misfire_strategy=FIRE_ONCE_NOW | here misfire decides both"
            })
    void whatHasNoKeyIsRemarked(String columns, String remark) {
        assertThat(translated("job_cron=0 0 3 * * ?; " + columns, 3).remarks())
                .singleElement()
                .asString()
                .contains(remark);
    }

    @Test
    void aHandlerOfSeveralJobsIsDeclaredOnceAndNamedByTheOthers() {
        ImportedNames names = new ImportedNames();
        Map<String, String> handlers = new HashMap<>();

        ImportedJob first = row("job_cron=0 0 3 * * ?", 1).translated(names, handlers);
        ImportedJob second = row("job_cron=0 0 4 * * ?", 1).translated(names, handlers);

        assertThat(text(first)).isEqualTo("cron=0 0 3 * * ?");
        assertThat(second.name()).isEqualTo("sendMails-2");
        assertThat(text(second)).isEqualTo("handler=sendMails; cron=0 0 4 * * ?");
    }

    @Test
    void aBroadcastIsOneWhereInstancesHaveFireTimesInCommon() {
        assertThat(text(translated("job_cron=0 0 3 * * ?; executor_route_strategy=SHARDING_BROADCAST", 3)))
                .isEqualTo("cron=0 0 3 * * ?; broadcast=true");
        assertThat(text(translated(
                        "schedule_type=FIX_DELAY; schedule_conf=5; executor_route_strategy=SHARDING_BROADCAST", 3)))
                .isEqualTo("fixedDelay=5s; shardingTotalCount=3");
    }

    /** Nothing that goes with a broadcast in XXL-JOB is refused here. */
    @Test
    void aBroadcastCanBeDeclaredWhateverElseTheJobHas() {
        for (String block : List.of("SERIAL_EXECUTION", "DISCARD_LATER", "COVER_EARLY")) {
            ImportedJob job = translated(
                    "job_cron=0 0 3 * * ?; executor_route_strategy=SHARDING_BROADCAST; executor_block_strategy=" + block
                            + "; misfire_strategy=DO_NOTHING; executor_timeout=90; executor_fail_retry_count=2",
                    3);
            JobDefinition.Builder declared = JobDefinition.named(job.name());
            job.settings().forEach(declared::set);

            assertThat(declared.build().broadcast()).isTrue();
        }
    }

    private static ImportedJob translated(String columns, long executors) {
        return row(columns, executors).translated(new ImportedNames(), new HashMap<>());
    }

    private static XxlJobRow row(String columns, long executors) {
        Map<String, Object> all = new HashMap<>(
                Map.of("id", 1L, "executor_handler", "sendMails", "glue_type", "BEAN", "trigger_status", 1));
        for (String column : columns.split("; ")) {
            all.put(column.substring(0, column.indexOf('=')), column.substring(column.indexOf('=') + 1));
        }
        return new XxlJobRow(new Row(all), executors);
    }

    private static String text(ImportedJob job) {
        return job.settings().entrySet().stream()
                .map(setting -> setting.getKey().key() + "=" + setting.getValue())
                .collect(Collectors.joining("; "));
    }
}
