package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quartz.JobDataMap;

class QuartzJobRowsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what the row of the trigger has | what the row of its kind has | settings
                "TYPE=CRON                       | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC",
                "TYPE=CRON; MISFIRE_INSTR=1      | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC",
                "TYPE=CRON; MISFIRE_INSTR=2      | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC; misfire=SKIP",
                "TYPE=CRON; MISFIRE_INSTR=-1     | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC; misfire=RUN_ALL",
                "TYPE=CRON; STATE=PAUSED         | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC; enabled=false",
                "TYPE=CRON; START_TIME=1798761600000 | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * *"
                        + " ?; zone=UTC; validFrom=2027-01-01T00:00:00Z",
                // its end belongs to it
                "TYPE=CRON; END_TIME=1798761600000 | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | cron=0 0 3 * * ?;"
                        + " zone=UTC; validUntil=2027-01-01T00:00:00.001Z",
                "TYPE=SIMPLE                     | REPEAT_COUNT=-1; REPEAT_INTERVAL=30000 | every=30s; misfire=SKIP",
                "TYPE=SIMPLE; MISFIRE_INSTR=1    | REPEAT_COUNT=-1; REPEAT_INTERVAL=30000 | every=30s",
                "TYPE=SIMPLE; MISFIRE_INSTR=3    | REPEAT_COUNT=-1; REPEAT_INTERVAL=30000 | every=30s",
                "TYPE=SIMPLE; MISFIRE_INSTR=5    | REPEAT_COUNT=-1; REPEAT_INTERVAL=30000 | every=30s; misfire=SKIP",
                "TYPE=SIMPLE; END_TIME=1798761600000 | REPEAT_COUNT=-1; REPEAT_INTERVAL=60000 | every=1m;"
                        + " validUntil=2027-01-01T00:00:00Z; misfire=SKIP",
                // the start and nine more
                "TYPE=SIMPLE                     | REPEAT_COUNT=9; REPEAT_INTERVAL=86400000 | every=1d;"
                        + " validUntil=2026-01-10T00:00:00.001Z",
                "TYPE=SIMPLE; NEXT_FIRE_TIME=1798761600000 | REPEAT_COUNT=0; REPEAT_INTERVAL=0 |"
                        + " at=2027-01-01T00:00:00Z",
                "TYPE=CAL_INT                    | INT_PROP_1=2; STR_PROP_1=HOUR; STR_PROP_2=UTC | every=2h",
                "TYPE=CAL_INT                    | INT_PROP_1=1; STR_PROP_1=DAY; STR_PROP_2=Asia/Tokyo | cron=0 0 9 *"
                        + " * ?; zone=Asia/Tokyo",
                "TYPE=CAL_INT                    | INT_PROP_1=1; STR_PROP_1=WEEK; STR_PROP_2=UTC | cron=0 0 0 ? * THU;"
                        + " zone=UTC",
                "TYPE=CAL_INT                    | INT_PROP_1=1; STR_PROP_1=MONTH; STR_PROP_2=UTC | cron=0 0 0 1 * ?;"
                        + " zone=UTC",
                "TYPE=CAL_INT                    | INT_PROP_1=1; STR_PROP_1=YEAR; STR_PROP_2=UTC | cron=0 0 0 1 1 ?;"
                        + " zone=UTC"
            })
    void eachTriggerHasItsSchedule(String trigger, String own, String settings) {
        ImportedJob job = only(detail(Map.of()), trigger, own);

        assertThat(text(job)).isEqualTo(settings);
        assertThat(job.remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TYPE=SIMPLE; START_TIME=1767225607000 | REPEAT_COUNT=-1; REPEAT_INTERVAL=30000 | here it fires at"
                        + " multiples of the interval",
                "TYPE=CAL_INT  | INT_PROP_1=3; STR_PROP_1=DAY; STR_PROP_2=UTC | every 3 DAY from"
                        + " 2026-01-01T00:00Z[UTC] on",
                "TYPE=CAL_INT; START_TIME=1769817600000 | INT_PROP_1=1; STR_PROP_1=MONTH; STR_PROP_2=UTC | every 1"
                        + " MONTH from 2026-01-31T00:00Z[UTC] on",
                "TYPE=DAILY_I  | INT_PROP_1=15; STR_PROP_1=MINUTE; STR_PROP_2=2,3; STR_PROP_3=8,0,0,18,0,0 | every 15"
                        + " MINUTE on the days 2,3",
                "TYPE=BLOB     | - | a trigger of the type BLOB",
                "TYPE=CRON; CALENDAR_NAME=banks | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | the calendar banks",
                "TYPE=CRON; PRIORITY=9 | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | priority 9",
                "TYPE=CRON; STATE=ERROR | CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC | in the state ERROR"
            })
    void whatHasNoKeyIsRemarked(String trigger, String own, String remark) {
        assertThat(only(detail(Map.of()), trigger, own).remarks())
                .singleElement()
                .asString()
                .contains(remark);
    }

    @Test
    void eachFurtherTriggerIsAJobWithTheSameHandler() {
        List<ImportedJob> jobs = new QuartzJobRows(
                        detail(Map.of("JOB_GROUP", "reports", "REQUESTS_RECOVERY", "1")),
                        List.of(
                                trigger("TYPE=CRON", "CRON_EXPRESSION=0 0 3 * * ?; TIME_ZONE_ID=UTC"),
                                trigger("NAME=weekly; TYPE=CRON", "CRON_EXPRESSION=0 0 4 ? * SUN; TIME_ZONE_ID=UTC"),
                                trigger("NAME=done; TYPE=SIMPLE; STATE=COMPLETE", "REPEAT_COUNT=0")))
                .translated(new ImportedNames(), NOW);

        assertThat(jobs)
                .extracting(ImportedJob::name, QuartzJobRowsTest::text)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "reports-archive", "failover=true; cron=0 0 3 * * ?; zone=UTC"),
                        org.assertj.core.groups.Tuple.tuple(
                                "reports-archive-weekly",
                                "failover=true; cron=0 0 4 ? * SUN; zone=UTC; handler=reports-archive"));
    }

    @Test
    void aJobWithoutTriggersHasNoSchedule() {
        List<ImportedJob> jobs = new QuartzJobRows(detail(Map.of()), List.of()).translated(new ImportedNames(), NOW);

        assertThat(jobs)
                .singleElement()
                .satisfies(job -> assertThat(job.settings()).isEmpty());
    }

    @Test
    void dataAreListedHoweverTheyAreStored() throws IOException {
        String asProperties = "#some date\nfolder=/var/archive\n";

        assertThat(data(objects(new JobDataMap(Map.of("folder", "/var/archive", "days", 3)))))
                .contains("days=3, folder=/var/archive");
        assertThat(data(asProperties.getBytes(StandardCharsets.ISO_8859_1))).contains("folder=/var/archive");
    }

    /** Its code would run while it is read. */
    @Test
    void objectsOfOtherClassesAreNotRead() throws IOException {
        JobDataMap data = new JobDataMap();
        data.put("job", new Foreign());

        assertThat(data(objects(data))).contains("contain objects of classes of the application");
        assertThat(Foreign.READ).isEmpty();
        assertThat(data("\u00ac\u00ed not an object".getBytes(StandardCharsets.ISO_8859_1)))
                .contains("cannot be read");
    }

    static final class Foreign implements java.io.Serializable {
        private static final long serialVersionUID = 1L;
        static final List<String> READ = new ArrayList<>();

        private void readObject(java.io.ObjectInputStream in) {
            READ.add("read");
        }
    }

    private static String data(byte[] stored) {
        Map<String, Object> columns = new HashMap<>(Map.of("JOB_DATA", stored));
        return String.join(
                "\n",
                only(detail(columns), "TYPE=CRON", "CRON_EXPRESSION=0 0 3 * * ?")
                        .remarks());
    }

    private static byte[] objects(Object data) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(data);
        }
        return bytes.toByteArray();
    }

    private static ImportedJob only(Row detail, String trigger, String own) {
        return new QuartzJobRows(detail, List.of(trigger(trigger, own)))
                .translated(new ImportedNames(), NOW)
                .get(0);
    }

    private static Row detail(Map<String, Object> columns) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "JOB_NAME",
                "archive",
                "JOB_GROUP",
                "DEFAULT",
                "JOB_CLASS_NAME",
                "shop.Archive",
                "IS_NONCONCURRENT",
                true));
        all.putAll(columns);
        return new Row(all);
    }

    private static QuartzJobRows.Trigger trigger(String common, String own) {
        Map<String, Object> columns =
                new HashMap<>(Map.of("TRIGGER_GROUP", "DEFAULT", "TRIGGER_NAME", "nightly", "START_TIME", START));
        pairs(common)
                .forEach((name, value) ->
                        columns.put(name.matches("TYPE|STATE|NAME") ? "TRIGGER_" + name : name, value));
        return new QuartzJobRows.Trigger(new Row(columns), new Row(pairs(own)));
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new HashMap<>();
        for (String pair : text.split("; ")) {
            if (pair.contains("=")) {
                pairs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        return pairs;
    }

    private static String text(ImportedJob job) {
        return job.settings().entrySet().stream()
                .map(setting -> setting.getKey().key() + "=" + setting.getValue())
                .collect(Collectors.joining("; "));
    }

    @Test
    void theStrangestNamesBecomeNames() {
        ImportedNames names = new ImportedNames();

        assertThat(names.of("a/b@c")).isEqualTo("a-b-c");
        assertThat(names.of("A-B-C")).isEqualTo("A-B-C-2");
        assertThat(names.of("../..")).isEqualTo("job");
        assertThat(names.of("x".repeat(300))).hasSizeLessThan(100);
        assertThat(names.of("nightly report")).isEqualTo("nightly report");
    }

    @Test
    void aCronThatIsNoneHereIsRemarked() {
        ImportedJob job = only(detail(Map.of()), "TYPE=CRON; CALENDAR_NAME=x", "CRON_EXPRESSION=0 0 3 1 * MON/2");

        assertThat(job.settings()).doesNotContainKeys(JobKey.CRON, JobKey.CALENDAR);
        assertThat(job.remarks()).anyMatch(remark -> remark.startsWith("cannot be used here: archive.cron"));
    }
}
