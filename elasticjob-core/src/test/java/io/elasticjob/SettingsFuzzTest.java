package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.schedule.RandomCron;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import io.elasticjob.text.VisibleText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is set, it is used or it is refused: with the documented exception, on little stack, and nothing else. */
class SettingsFuzzTest {

    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final Operator BY = new Operator("fuzz", "");

    /** Of which the JVM needs some 50 KiB itself. */
    private static final long SMALL_STACK = 128 * 1024;

    private static final List<Instant> EXTREMES = List.of(
            Instant.MIN,
            Instant.MIN.plusNanos(1),
            Instant.ofEpochSecond(Long.MIN_VALUE / 1_000_000),
            Instant.parse("-9999-01-01T00:00:00Z"),
            Instant.EPOCH,
            NOW,
            Instant.parse("9999-12-31T23:59:59.999Z"),
            Instant.MAX.minusNanos(1),
            Instant.MAX);

    /** On a stack of common size: to load a class takes more of it than anything that is tried here. */
    @BeforeAll
    static void loadAllClasses() {
        Random random = new Random(1);
        for (JobKey key : JobKey.values()) {
            for (int i = 0; i < 200; i++) {
                tried(Map.of(key, HostileText.of(random, 6)), "loading");
                tried(Map.of(key, plausible(key, random)), "loading");
            }
        }
        for (String text :
                List.of("", "0 0 0 1W,L-1,LW,5 * ?", "0 0 0 ? * 6#3", "0 0 0 ? * 6L", "0 0 0 ? * 2-6", "\uff1f")) {
            tried(Map.of(JobKey.CRON, text), "loading");
            refusedOrNot(() -> Schedule.cron(text, ZoneId.of("Europe/Berlin")).next(NOW));
            refusedOrNot(() -> Durations.parse(text));
            refusedOrNot(() -> JobDefinition.named(text).build());
            refusedOrNot(() -> JobDefinition.checkedName("name", text));
            refusedOrNot(() -> new Operator(text, text));
        }
        onSmallStack("loading", () -> assertThat(NOW).isEqualTo(NOW));
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.of("orders", Map.of(JobKey.ZONE, code("x".repeat(200)))))
                .withMessageContaining("is too long")
                .satisfies(refusal -> assertThat(refusal.getMessage().length()).isLessThan(500));
        asked(Schedule.cron("0 0 3 * * ?", ZoneId.of("Europe/Berlin")));
        asked(Schedule.every(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aHostileValueIsUsedOrRefusedOnLittleStack(JobKey key) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        onSmallStack("seed " + seed, () -> {
            for (int i = 0; i < 1_500; i++) {
                String value = HostileText.of(random, i % 2 == 0 ? 4 : 40);
                tried(Map.of(key, value), "seed " + seed);
            }
        });
    }

    @Test
    void hostileValuesTogetherAreUsedOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        onSmallStack("seed " + seed, () -> {
            for (int i = 0; i < 3_000; i++) {
                Map<JobKey, String> values = new TreeMap<>();
                for (JobKey key : JobKey.values()) {
                    if (random.nextInt(4) == 0) {
                        values.put(key, plausible(key, random));
                    }
                }
                tried(values, "seed " + seed);
            }
        });
    }

    static List<JobKey> keys() {
        return JobKey.values();
    }

    static List<String> longTexts() {
        return List.of(
                "x".repeat(300_000),
                "1W,".repeat(100_000) + "1",
                "0 0 0 " + "L-1,".repeat(20_000) + "L * ?",
                "0 0 0 ? * " + "1,".repeat(50_000) + "1",
                "* ".repeat(100_000),
                "\"".repeat(200_001),
                "a=1,".repeat(60_000) + "b=2",
                "\\".repeat(200_000),
                "1".repeat(200_000),
                "1d".repeat(100_000),
                "P" + "1".repeat(100_000) + "D",
                "+".repeat(100_000),
                "/".repeat(100_000),
                "\u202e".repeat(100_000),
                "\ud83d\ude00".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("longTexts")
    void aLongValueOfAnyKeyIsRefusedBeforeItIsParsed(String text) {
        onSmallStack(text.substring(0, 10), () -> {
            for (JobKey key : JobKey.values()) {
                if (text.length() > key.maxLength()) {
                    assertThatExceptionOfType(InvalidSettingException.class)
                            .isThrownBy(() -> JobDefinition.of("orders", Map.of(key, code(text))))
                            .withMessageContaining("is too long: it may have " + key.maxLength()
                                    + " characters, and has " + text.length())
                            .satisfies(refusal ->
                                    assertThat(refusal.getMessage().length()).isLessThan(500));
                }
                tried(Map.of(key, text), key.key());
            }
            refusedOrNot(() -> Schedule.cron(text, ZoneOffset.UTC));
            refusedOrNot(() -> Durations.parse(text));
            refusedOrNot(() -> JobDefinition.named(text));
            refusedOrNot(() -> JobDefinition.checkedName("name", text));
            refusedOrNot(() -> new Operator(text, text));
        });
    }

    @Test
    void thousandsOfDaysOfTheMonthTakeNoMoreStackThanOne() {
        String days = IntStream.rangeClosed(1, 600)
                .mapToObj(i -> i % 31 + 1 + (i % 2 == 0 ? "W" : ""))
                .collect(Collectors.joining(","));
        String cron = "0 0 0 " + days.substring(0, 1_900).replaceAll(",[^,]*$", "") + " * ?";

        onSmallStack("days", () -> {
            Schedule schedule = Schedule.cron(cron, ZoneOffset.UTC);
            assertThat(schedule.next(NOW)).isPresent();
            assertThat(schedule.latest(NOW)).isPresent();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PT-9223372036854775808S",
                "PT9223372036854775807S",
                "-PT-9223372036854775808S",
                "PT-9223372036854775807.999999999S",
                "P106751991167300D",
                "-P106751991167300D",
                "PT2562047788015215H30M8S"
            })
    void theLongestDurationsAreRefusedInWords(String duration) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.EVERY, duration)
                        .build())
                .withMessageStartingWith("orders.every: \"" + duration + "\"");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.MISFIRE_THRESHOLD, duration)
                        .build())
                .withMessageStartingWith("orders.misfireThreshold: \"" + duration + "\"");
    }

    @Test
    void everyDurationIsShownAndReadBack() {
        for (Duration duration : List.of(
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE, 1),
                Duration.ofSeconds(Long.MIN_VALUE + 1),
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Duration.ofNanos(-1))) {
            assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
            assertThatIllegalArgumentException().isThrownBy(() -> Schedule.every(duration));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9999-12-31T23:59:59.999-18:00",
                "1970-01-01T00:00:00+18:00",
                "+999999999-12-31T23:59:59.999999999-18:00",
                "-999999999-01-01T00:00:00+18:00",
                "10000-01-01T00:00:00Z"
            })
    void anInstantOutsideOfTheYearsThatCanBeStoredIsRefused(String at) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(
                        () -> JobDefinition.named("orders").set(JobKey.AT, at).build())
                .withMessageContaining("is not an instant from 1970 to 9999");
    }

    @Test
    void everyScheduleCanBeAskedAboutEveryInstant() {
        List<Schedule> schedules = List.of(
                Schedule.every(Duration.ofMillis(1)),
                Schedule.every(Duration.ofDays(36500)),
                Schedule.every(Duration.ofMillis(86_399_999)),
                Schedule.cron("0 0 0 1 1 ? 1970", ZoneOffset.MAX),
                Schedule.cron("59 59 23 31 12 ? 2199", ZoneOffset.MIN),
                Schedule.cron("* * * * * ?", ZoneId.of("Europe/Berlin")),
                Schedule.once(Instant.MAX),
                Schedule.once(Instant.MIN),
                Schedule.onTrigger());

        schedules.forEach(SettingsFuzzTest::asked);
    }

    @Test
    void theFirstAndTheLastFiringOfARateAreWithinTheYearsThatItNames() {
        Schedule daily = Schedule.every(Duration.ofDays(1));

        assertThat(daily.next(Instant.MIN)).contains(Instant.parse("-9999-01-01T00:00:00Z"));
        assertThat(daily.latest(Instant.MIN)).isEmpty();
        assertThat(daily.latest(Instant.MAX)).contains(Instant.parse("9999-12-31T00:00:00Z"));
        assertThat(daily.next(Instant.MAX)).isEmpty();
    }

    // ---- How it is tried ------------------------------------------------------------------------------------------

    /** By every way into a job: made by code, given by an operator at first or over others, and read back. */
    private static void tried(Map<JobKey, String> values, String seed) {
        Map<JobKey, Setting> settings = new TreeMap<>();
        values.forEach((key, value) -> settings.put(key, code(value)));
        refusedOrNot(() -> {
            JobDefinition job = JobDefinition.of("orders", settings);
            asked(job.schedule());
            assertThat(job.toString()).isNotEmpty();
            StoredJob stored = StoredJob.declared(job, "shop", NOW);
            assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(stored)))
                    .as(seed)
                    .isEqualTo(new Decoded.Value<>(stored));
        });
        refusedOrNot(() -> StoredJob.made("orders", values, BY, NOW).effective());
        refusedOrNot(() -> StoredJob.declared(JobDefinition.named("orders").build(), "shop", NOW)
                .configured(values, BY, NOW, Duration.ofSeconds(10)));
    }

    private static void asked(Schedule schedule) {
        for (Instant instant : EXTREMES) {
            schedule.next(instant).ifPresent(next -> {
                assertThat(next).isAfter(instant);
                assertThat(schedule.latest(next)).contains(next);
            });
            schedule.latest(instant).ifPresent(latest -> assertThat(latest).isBeforeOrEqualTo(instant));
        }
    }

    private static void refusedOrNot(Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException refusal) {
            assertThat(refusal.getMessage()).isNotBlank();
            assertThat(refusal.getMessage().length()).isLessThan(5_000);
            assertThat(VisibleText.of(refusal.getMessage())).isEqualTo(refusal.getMessage());
            assertThat(refusal.getMessage().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
        }
    }

    private static String plausible(JobKey key, Random random) {
        List<String> fitting = switch (key.key()) {
            case "cron" -> List.of("0 0 3 * * ?", "-", "", RandomCron.garbled(random));
            case "every", "misfireThreshold", "probeTimeout" -> List.of("30s", "1ms", "36500d", "30");
            case "at" -> List.of("2027-01-01T00:00:00Z", "1970-01-01T00:00:00Z");
            case "zone" -> List.of("UTC", "Europe/Berlin", "+18:00", "Mars/Olympus", "");
            case "shardingTotalCount" -> List.of("3", "10000", "0");
            case "shardingItemParameters" -> List.of("0=a", "0=\"a,b\"", "7=x");
            default -> Arrays.asList("true", "SKIP", "3", "a=b");
        };
        return random.nextInt(5) == 0
                ? HostileText.of(random, 8)
                : fitting.get(random.nextInt(fitting.size()))
                        + (random.nextInt(8) == 0 ? HostileText.of(random, 1) : "");
    }

    private static Setting code(String value) {
        return new Setting(value, Setting.Source.CODE);
    }

    private static void onSmallStack(String what, Runnable steps) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Consumer<Throwable> failed = failure::set;
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        steps.run();
                    } catch (Throwable thrown) {
                        failed.accept(thrown);
                    }
                },
                "small-stack",
                SMALL_STACK);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        assertThat(failure.get()).as(what).isNull();
    }
}
