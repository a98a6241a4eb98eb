package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.coordination.StoredJob;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A refusal names key, value and rule: each of them once, in one line that is not long. */
class RefusalTextsTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final int LONGEST = 700;

    /** Nothing that a rule shows as an example has it in it. */
    private static final String ODD = "xq7";

    private static final List<String> VALUES = List.of(
            ODD,
            ODD + "," + ODD + "z",
            ODD + "=" + ODD + "z," + ODD + "=z",
            ODD + " " + ODD + "z",
            ODD + "/" + ODD + "z",
            ODD + "\u202ez",
            ODD + "\u00a0z",
            ODD + "\uff1fz",
            ODD + "\ud83d\ude00",
            "\"" + ODD,
            "\"" + ODD + "\\z\"",
            ODD + "(" + ODD + "z",
            ODD + "z=1," + ODD + "z=2",
            "!" + ODD + "z," + ODD + "z",
            ODD + "z in (1)," + ODD + "z notin (1)",
            "${" + ODD + "}",
            "@" + ODD,
            "99 0 0 * * " + ODD,
            ODD + " 0 0 * * ?",
            "0 0 0 " + ODD + "," + ODD + "z * ?",
            "0 0 0 31 2 ?",
            "99999999999999999999 0 0 * * ?",
            "0 0 0 ? * 6#99999999999",
            "0/99999999999 * * * * ?",
            "0s",
            "-5s",
            "0.5ms",
            "PT0.0005S",
            "PT-9223372036854775808S",
            "P999999999999D",
            "99999999999999999999d",
            "36501d",
            "2027-02-30T00:00:00Z",
            "2027-02-20T00:00:00",
            "+999999999-01-01T00:00:00Z",
            "08:00-08:00",
            "25:00-26:00",
            "08:00-18:00,25:61-26:99",
            "00:00-24:00",
            "2027-02-30",
            "13-40",
            "2027-12-24..2027-12-01",
            "MON,TUE,WED,THU,FRI,SAT,SUN",
            "9999999999",
            "-9999999999",
            "1e9",
            "NaN",
            "\u0663\u0663\u0663\u0663",
            "Europe/" + ODD,
            "GMT+99:" + ODD,
            "+99:99:99",
            "SUCCEEDED:" + ODD + ":" + ODD,
            "java.lang." + ODD + "..Exception",
            ODD.repeat(60),
            (ODD + ",").repeat(60),
            ODD.repeat(6_000),
            (ODD + ",").repeat(6_000),
            "1".repeat(6_000));

    static List<JobKey> keys() {
        return JobKey.values();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aValueIsShownOnceBesideItsKeyAndItsRule(JobKey key) {
        VALUES.forEach(value -> refusals(Map.of(key, value)).forEach(refusal -> assertGood(key, value, refusal)));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void soIsWhateverElseSomebodyMayWrite(JobKey key) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String value = HostileText.of(random, 12);
            if (value.strip().length() > 8) { // of a shorter one, the rule may well have the characters
                refusals(Map.of(key, value)).forEach(refusal -> assertGood(key, value, refusal));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "every        | PT0S        | orders.every: \"PT0S\" is not a period: it must be a whole number of",
                "every        | soon        | orders.every: \"soon\" is not a duration: write a number and a unit",
                "fixedDelay   | 0.5ms       | orders.fixedDelay: \"0.5ms\" is not a duration: write",
                "timeout      | 1x          | orders.timeout: \"1x\" is not a duration: write",
                "jitter       | 1x          | orders.jitter: \"1x\" is not a duration: write",
                "cron         | 0 0 25 * * ?| orders.cron: \"0 0 25 * * ?\" is not a cron expression: hour must be",
                "limits       | a/b         | orders.limits: \"a/b\" must not contain",
                "limits       | c,a/b       | orders.limits: \"c,a/b\" names the limit \"a/b\", which must not contain",
                "labels       | a,!a        | orders.labels: \"a,!a\" asks of the label \"a\" what no instance can have",
                "labels       | a,!a,b      | orders.labels: \"a,!a,b\" asks of the label \"a\" what no instance can have: a,!a",
            })
    void theWordsOfAParserGoOnFromTheValue(String key, String value, String message) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(
                        () -> JobDefinition.of("orders", Map.of(JobKey.of(key).orElseThrow(), code(value))))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "between      | 8-9                     | orders.between: \"8-9\" is no daily window: write",
                "between      | 08:00-09:00,8-9         | orders.between: \"08:00-09:00,8-9\" is no daily window by its part \"8-9\": write",
                "between      | 25:00-26:00             | orders.between: \"25:00-26:00\" is no daily window: a day has",
                "between      | 00:00-24:00,25:00-26:00 | orders.between: \"00:00-24:00,25:00-26:00\" is no daily window by its part",
                "excludedDays | 13-40                   | orders.excludedDays: \"13-40\" names no days: there is no such day",
                "excludedDays | SAT,13-40               | orders.excludedDays: \"SAT,13-40\" names no days by its part \"13-40\": there",
                "excludedDays | MON,TUE,WED,THU,FRI,SAT,SUN | orders.excludedDays: \"MON,TUE,WED,THU,FRI,SAT,SUN\" leaves no fire time within all limits of: every 30s",
            })
    void aPartIsShownWhereItIsNotAllOfTheValue(String key, String value, String message) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.of(
                        "orders",
                        Map.of(
                                JobKey.EVERY,
                                code("30s"),
                                JobKey.ZONE,
                                code("UTC"),
                                JobKey.of(key).orElseThrow(),
                                code(value))))
                .withMessageStartingWith(message);
    }

    @Test
    void aCalendarThatFailsIsNamedByItsOwnKey() {
        Map<JobKey, Setting> settings = Map.of(
                JobKey.EVERY, code("30s"),
                JobKey.ZONE, code("UTC"),
                JobKey.CALENDAR, code("holidays"),
                JobKey.VALID_UNTIL, code("2027-01-01T00:00:00Z"));

        FireCalendar failing = day -> {
            throw new IllegalStateException("no file");
        };

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.of("orders", settings).on(Map.of("holidays", failing)))
                .withMessage("orders.calendar: \"holidays\" is a calendar that failed: java.lang.IllegalStateException:"
                        + " no file");
    }

    /** By every way in which one value can be refused. */
    private static List<InvalidSettingException> refusals(Map<JobKey, String> values) {
        List<InvalidSettingException> refusals = new ArrayList<>();
        Map<JobKey, Setting> settings = new TreeMap<>();
        values.forEach((key, value) -> settings.put(key, code(value)));
        if (values.keySet().stream().anyMatch(key -> key.isOnTheClock() || key.limitsSchedule())) {
            settings.putIfAbsent(JobKey.EVERY, code("30s"));
        }
        refused(() -> JobDefinition.checkAsGiven("orders", values), refusals);
        refused(() -> JobDefinition.of("orders", settings), refusals);
        refused(
                () -> StoredJob.made("orders", values, new Operator("ann", ""), NOW)
                        .effective(),
                refusals);
        return refusals;
    }

    private static void refused(Runnable step, List<InvalidSettingException> refusals) {
        try {
            step.run();
        } catch (InvalidSettingException refusal) {
            refusals.add(refusal);
        }
    }

    private static void assertGood(JobKey key, String value, InvalidSettingException refusal) {
        String message = String.valueOf(refusal.getMessage());
        assertThat(message)
                .as(VisibleText.of(value, 60))
                .hasSizeLessThan(LONGEST)
                .doesNotContain("For input string", "Exception:", "cannot be used: ")
                .doesNotContain("null");
        assertThat(refusal.rule()).as(message).isNotBlank();
        if (!refusal.key().equals("orders." + key.key())) {
            assertThat(refusal.key()).as(message).startsWith("orders"); // one that this one does not go with
        } else if (key.isConfidential()) {
            assertThat(message).doesNotContain(ODD);
        } else {
            String whole = VisibleText.of(value.strip());
            String start = whole.length() > 24 ? whole.substring(0, 24) : whole;
            assertThat(message).isEqualTo("orders." + key.key() + ": \"" + refusal.value() + "\" " + refusal.rule());
            boolean isOfOnePart = value.contains(ODD) || value.indexOf(',') < 0; // else its part may be shown
            if (isOfOnePart) {
                assertThat(refusal.rule()).as(message).doesNotContain("\"" + start + "\"");
            }
            if (isOfOnePart && (value.contains(ODD) || start.length() > 12)) {
                assertThat(refusal.rule()).as(message).doesNotContain(start);
            }
        }
    }

    private static Setting code(String value) {
        return new Setting(value, Setting.Source.CODE);
    }
}
