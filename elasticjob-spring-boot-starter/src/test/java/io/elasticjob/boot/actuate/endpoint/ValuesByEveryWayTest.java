package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.LabelSelector;
import io.elasticjob.Operator;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.text.Pairs;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the endpoint's {@code set} and {@code JobOperations} are given comes through as it is, stored and read back. */
class ValuesByEveryWayTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final List<String> PIECES = List.of(
            ",", "=", "\"", "\\", "\n", "\r\n", "\t", " ", "a", "0=", "\\n", "#", ":", "'", "{", "}", "é", "中", "😀");

    @Test
    void whateverIsSetIsWhatTheHandlerIsTold() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            String parameter = text(random);
            Map<Integer, String> shards = new TreeMap<>();
            Map<String, String> labels = new TreeMap<>();
            for (int n = 0; n < 3; n++) {
                shards.put(n, text(random));
                labels.put("l" + text(random), text(random));
            }
            Map<JobKey, String> byOperations = Map.of(
                    JobKey.SHARDING_TOTAL_COUNT,
                    "3",
                    JobKey.JOB_PARAMETER,
                    parameter,
                    JobKey.SHARDING_ITEM_PARAMETERS,
                    Pairs.format(shards),
                    JobKey.LABELS,
                    Pairs.format(labels));
            Map<JobKey, String> bySet = OperationFields.of(
                            "set",
                            "shardingTotalCount=3\n"
                                    + "jobParameter=" + Pairs.quoted(parameter) + "\n"
                                    + "shardingItemParameters=" + Pairs.format(shards) + "\n"
                                    + "labels = " + Pairs.format(labels) + "\n")
                    .settings();

            for (Map<JobKey, String> way : List.of(byOperations, bySet)) {
                JobDefinition job = effective(way);

                assertThat(job.jobParameter()).as("seed %d", seed).isEqualTo(parameter);
                shards.forEach((shard, value) -> assertThat(job.shardingParameter(shard))
                        .as("seed %d", seed)
                        .isEqualTo(value));
                assertThat(job.placement().labels()).as("seed %d", seed).isEqualTo(LabelSelector.of(labels));
            }
        }
    }

    @Test
    void aValueOfSetIsTakenAsItStandsUnlessAllOfItIsInQuotes() {
        Map<JobKey, String> settings = OperationFields.of(
                        "set",
                        "jobParameter=say \"hi\", a=b\n" + "description=\"two\\nlines\"\n" + "labels=\"a,b\"=1,c=\"2\"")
                .settings();

        assertThat(settings)
                .isEqualTo(new LinkedHashMap<>(Map.of(
                        JobKey.JOB_PARAMETER, "say \"hi\", a=b",
                        JobKey.DESCRIPTION, "two\nlines",
                        JobKey.LABELS, "\"a,b\"=1,c=\"2\"")));
    }

    @Test
    void whateverIsSetIsUnderstoodOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "cron",
                "every",
                "jobParameter",
                "labels",
                "zone",
                "=",
                "=\"",
                "\"",
                "\\",
                "\n",
                "\r",
                "\u2028",
                "\u0085",
                " ",
                "0 0 3 * * ?",
                "PT-9223372036854775808S",
                "a,b",
                "\ud800",
                "\u202e");
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                effective(OperationFields.of("set", text.toString()).settings());
            } catch (InvalidSettingException refusal) {
                assertThat(refusal.getMessage()).as("seed %d", seed).matches("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");
            }
        }
    }

    private static JobDefinition effective(Map<JobKey, String> values) {
        StoredJob configured = StoredJob.declared(JobDefinition.named("orders").build(), "shop", NOW)
                .configured(values, Operator.UNKNOWN, NOW, Duration.ZERO);
        Decoded<StoredJob> read = StoredJobCodec.decode("orders", StoredJobCodec.encode(configured));
        return ((Decoded.Value<StoredJob>) read).value().effective();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(6); n > 0; n--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
