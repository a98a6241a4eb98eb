package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.StoredJob.Override;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobsQueryTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    /** One of each state. */
    private static final List<JobView> SHOP = List.of(
            job("bill", "shop", "0 0 13 * * ?", true, Map.of(), List.of("till-7.x"), null, Standing.DECLARED),
            job("archive", "shop", "0 0 14 * * ?", true, Map.of(), List.of(), null, Standing.DECLARED),
            job("clean", "office", null, false, Map.of(), List.of("till-8.b.y"), null, Standing.DECLARED),
            job(
                    "report",
                    "office",
                    "0 30 12 * * ?",
                    true,
                    Map.of(JobKey.JOB_PARAMETER, new Override("fast", "ann", NOON, "backlog")),
                    List.of("till-7.x", "till-8.b.y"),
                    "declares another schedule",
                    Standing.DECLARED),
            job("gone", "shop", "0 0 12 * * ?", true, Map.of(), List.of(), null, Standing.UNDECLARED));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-        | archive,bill,clean,gone,report",
                "enabled  | archive,bill,report",
                "DISABLED | clean",
                "undeclared | gone",
                "unassigned | archive",
                "problem  | report",
                "overridden | report",
                "disabled,unassigned | archive,clean",
                "running  | bill",
                "failing  | clean",
            })
    void jobsAreFoundByTheirState(@Nullable String state, String expected) {
        assertThat(names("state", state)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "q           | ILL          | bill",
                "q           | office       | clean,report",
                "q           | tidies       | archive,bill,clean,gone,report",
                "q           | nothing      | ''",
                "application | shop         | archive,bill,gone",
                "application | sho          | ''",
                "handler     | bill         | bill",
                "names       | gone, nobody,bill | bill,gone",
                "instance    | till-7       | bill,report",
                "instance    | till-7.x     | bill,report",
                "instance    | till-8       | ''",
                "instance    | till-8.b     | clean",
                "sort        | -name        | report,gone,clean,bill,archive",
                "sort        | next         | report,bill,archive,clean,gone",
                "sort        | last         | archive,gone,report,clean,bill",
                "sort        | -last        | bill,clean,report,gone,archive",
                "sort        | state        | gone,clean,archive,bill,report",
                "sort        | application  | clean,report,archive,bill,gone",
            })
    void jobsAreFoundAndSorted(String field, String value, String expected) {
        assertThat(names(field, value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "-name", "next", "-next", "last", "-last", "state", "application"})
    void pagesTogetherAreTheWholeInWhateverOrder(String sort) {
        String whole = names("sort", sort);
        for (int size = 1; size <= 5; size++) {
            List<String> found = new ArrayList<>();
            String after = null;
            do {
                JobsQuery.Page page = page("sort", sort, "size", String.valueOf(size), "after", after);
                assertThat(page.total()).isEqualTo(5);
                assertThat(page.jobs()).isNotEmpty().hasSizeLessThanOrEqualTo(size);
                page.jobs().forEach(job -> found.add(job.name()));
                after = page.next();
            } while (after != null);
            assertThat(String.join(",", found)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sort, colour, must be one of name",
        "state, odd, must be one of enabled",
        "size, 0, must be a whole number",
        "size, 201, must be between 1 and 200",
        "after, bill, must be what an earlier page gave",
    })
    void whatMakesNoSenseIsRefused(String field, String value, String rule) {
        assertThatThrownBy(() -> JobsQuery.of(OperationFields.of(field, value)))
                .isInstanceOfSatisfying(InvalidSettingException.class, invalid -> {
                    assertThat(invalid.key()).isEqualTo(field);
                    assertThat(invalid.value()).isEqualTo(value);
                    assertThat(invalid.rule()).contains(rule);
                });
    }

    @Test
    void moreNamesThanAPageHoldsAreRefused() {
        String names = String.join(
                ",",
                Stream.iterate(0, i -> i + 1).limit(201).map(i -> "job" + i).toList());

        assertThatThrownBy(() -> JobsQuery.of(OperationFields.of("names", names)))
                .isInstanceOfSatisfying(
                        InvalidSettingException.class,
                        invalid -> assertThat(invalid.value()).isEqualTo("201 names"));
    }

    private static String names(String field, @Nullable String value) {
        return String.join(
                ",", page(field, value).jobs().stream().map(JobView::name).toList());
    }

    private static JobsQuery.Page page(@Nullable String... given) {
        return JobsQuery.of(OperationFields.of(given))
                .page(
                        SHOP,
                        new HistoryActivity(Set.of("bill"), Set.of("clean"))
                                .withBegan(Map.of("clean", NOON.minusSeconds(7_200), "bill", NOON.minusSeconds(60))),
                        NOON);
    }

    private static JobView job(
            String name,
            String application,
            @Nullable String cron,
            boolean enabled,
            Map<JobKey, Override> overrides,
            List<String> eligible,
            @Nullable String trouble,
            Standing standing) {
        JobDefinition.Builder declared = JobDefinition.named(name)
                .set(JobKey.DESCRIPTION, "Tidies up")
                .set(JobKey.ENABLED, String.valueOf(enabled));
        if (cron != null) {
            declared.cron(cron, ZoneOffset.UTC);
        }
        JobDefinition definition = declared.build();
        StoredJob stored = new StoredJob(
                name,
                new StoredJob.Settings(application, definition.settings(), overrides),
                NOON,
                ShardCount.always(1));
        Assignment assignment = eligible.isEmpty() ? Assignment.none(1) : Assignment.of(List.of(eligible.get(0)));
        return new JobView(stored, stored.effective(), assignment, eligible, Map.of(), trouble, standing);
    }
}
