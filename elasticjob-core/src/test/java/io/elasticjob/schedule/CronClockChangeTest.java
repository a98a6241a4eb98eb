package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Schedule.Cron} promises for the days on which clocks are changed. */
class CronClockChangeTest {

    /** One hour, half an hour, one hour at midnight, and a whole day that was skipped. */
    private static final List<String> ZONES = List.of(
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Sao_Paulo",
            "Africa/Cairo",
            "Pacific/Apia");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Europe/Berlin       | 2026-03-29 | 0 30 2 * * ?      | 2026-03-29T03:30+02:00
            Europe/Berlin       | 2026-03-29 | 0 0 2 * * ?       | 2026-03-29T03:00+02:00
            Europe/Berlin       | 2026-03-29 | 0 0/30 2 * * ?    | 2026-03-29T03:00+02:00, 2026-03-29T03:30+02:00
            Europe/Berlin       | 2026-03-29 | 0 30 2,3 * * ?    | 2026-03-29T03:30+02:00
            Europe/Berlin       | 2026-03-29 | 0 0 0-4 * * ?     | 2026-03-29T00:00+01:00, 2026-03-29T01:00+01:00, 2026-03-29T03:00+02:00, 2026-03-29T04:00+02:00
            America/New_York    | 2026-03-08 | 0 30 2 * * ?      | 2026-03-08T03:30-04:00
            Australia/Lord_Howe | 2026-10-04 | 0 15 2 * * ?      | 2026-10-04T02:45+11:00
            America/Sao_Paulo   | 2018-11-04 | 0 0 0 * * ?       | 2018-11-04T01:00-02:00
            Africa/Cairo        | 2026-04-24 | 0 0 0 * * ?       | 2026-04-24T01:00+03:00
            Africa/Cairo        | 2026-04-24 | 0 0 0 24 4 ? 2026 | 2026-04-24T01:00+03:00
            """)
    void aTimeThatTheClockSkipsFiresOnceAsIfTheClockHadNotBeenChanged(
            String zone, LocalDate date, String expression, String firings) {
        assertThat(firingsOn(date, zone, expression)).isEqualTo(firings);
    }

    @Test
    void aDayThatTheCalendarSkipsFiresOnTheNext() {
        Schedule schedule = Schedule.cron("0 0 12 30 12 ?", ZoneId.of("Pacific/Apia"));

        assertThat(schedule.next(Instant.parse("2011-06-01T00:00:00Z")))
                .contains(LocalDateTime.parse("2011-12-31T12:00")
                        .atZone(ZoneId.of("Pacific/Apia"))
                        .toInstant());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Europe/Berlin       | 2026-01-01 | 0 30 2 * * ?      | 2026-03-29T01:30:00Z | 2026-03-29T02:30
            Europe/Berlin       | 2026-01-01 | 0 0/30 2 * * ?    | 2026-03-29T01:00:00Z | 2026-03-29T02:00
            Europe/Berlin       | 2026-01-01 | 0 30 2,3 * * ?    |                      |
            Europe/Berlin       | 2026-01-01 | 0 0 3 * * ?       |                      |
            Europe/Berlin       | 2026-01-01 | 0/15 * * * * ?    |                      |
            Europe/Berlin       | 2026-05-01 | 0 30 2 * * ?      |                      |
            UTC                 | 2026-01-01 | 0 30 2 * * ?      |                      |
            Pacific/Apia        | 2011-06-01 | 0 0 12 30 12 ?    | 2011-12-30T22:00:00Z | 2011-12-30T12:00
            """)
    void aReadingThatTheClockWillSkipIsKnownBefore(
            String zone, LocalDate from, String expression, Instant fireTime, LocalDateTime named) {
        Schedule.Cron cron = (Schedule.Cron) Schedule.cron(expression, ZoneId.of(zone));
        Optional<Instant> moved =
                cron.nextSkipped(from.atStartOfDay(ZoneId.of(zone)).toInstant(), Duration.ofDays(300));

        assertThat(moved).isEqualTo(Optional.ofNullable(fireTime));
        assertThat(moved.flatMap(cron::skippedReading)).isEqualTo(Optional.ofNullable(named));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Europe/Berlin       | 2026-10-25 | 0 30 2 * * ?      | 2026-10-25T02:30+02:00
            Europe/Berlin       | 2026-10-25 | 0 0/30 2 * * ?    | 2026-10-25T02:00+02:00, 2026-10-25T02:30+02:00
            Europe/Berlin       | 2026-10-25 | 0 0 0-4/2 ? 10 7-1 | 2026-10-25T00:00+02:00, 2026-10-25T02:00+02:00, 2026-10-25T04:00+01:00
            America/New_York    | 2026-11-01 | 0 30 1 * * ?      | 2026-11-01T01:30-04:00
            Australia/Lord_Howe | 2026-04-05 | 0 45 1 * * ?      | 2026-04-05T01:45+11:00
            America/Sao_Paulo   | 2018-02-17 | 0 30 23 * * ?     | 2018-02-17T23:30-02:00
            Africa/Cairo        | 2026-10-29 | 0 30 23 * * ?     | 2026-10-29T23:30+03:00
            """)
    void aFixedTimeThatTheClockReadsTwiceFiresTheFirstTime(
            String zone, LocalDate date, String expression, String firings) {
        assertThat(firingsOn(date, zone, expression)).isEqualTo(firings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0/15 * * * * ?", "5/15 0-59 0-23 * * ?", "30 * * * * ?", "0 0/5 * * * ?", "0 0/15 * * * ?"})
    void anIntervalNeitherPausesNorDoublesWhileClocksAreChanged(String expression) {
        for (String zone : ZONES) {
            Schedule schedule = Schedule.cron(expression, ZoneId.of(zone));
            for (ZoneOffsetTransition change : changes(zone)) {
                Instant from = change.getInstant().minus(Duration.ofHours(3));
                List<Instant> firings =
                        firings(schedule, from, change.getInstant().plus(Duration.ofHours(3)));
                Duration period = Duration.between(firings.get(0), firings.get(1));
                assertThat(firings)
                        .as("%s in %s", expression, change)
                        .containsExactlyElementsOf(
                                LongStream.range(0, Duration.ofHours(6).dividedBy(period))
                                        .mapToObj(i -> firings.get(0).plus(period.multipliedBy(i)))
                                        .toList());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/New_York", "Africa/Cairo"})
    void anHourlyFiringKeepsItsHourWhereClocksAreChangedByOne(String zone) {
        Schedule schedule = Schedule.cron("0 7 * * * ?", ZoneId.of(zone));
        Instant start = Instant.parse("2026-01-01T00:00:00Z");

        assertThat(firings(schedule, start, start.plus(Duration.ofDays(365))))
                .containsExactlyElementsOf(IntStream.range(0, 365 * 24)
                        .mapToObj(hour -> start.plus(Duration.ofHours(hour)).plus(Duration.ofMinutes(7)))
                        .toList());
    }

    @Test
    void anHourlyFiringLosesNoHourWhereClocksAreChangedByHalfOfOne() {
        assertThat(firingsOn(LocalDate.parse("2026-10-04"), "Australia/Lord_Howe", "0 0 * * * ?"))
                .contains("T01:00+10:30, 2026-10-04T02:30+11:00, 2026-10-04T03:00+11:00");
        assertThat(firingsOn(LocalDate.parse("2026-04-05"), "Australia/Lord_Howe", "0 45 * * * ?"))
                .contains("T00:45+11:00, 2026-04-05T01:45+11:00, 2026-04-05T01:45+10:30, 2026-04-05T02:45+10:30");
    }

    @ParameterizedTest
    @MethodSource("zones")
    void aDailyTimeFiresOnceForEachDayOfTheYear(String zone) {
        for (int halfHour = 0; halfHour < 48; halfHour++) {
            Schedule schedule =
                    Schedule.cron("0 %d %d * * ?".formatted(halfHour % 2 * 30, halfHour / 2), ZoneId.of(zone));
            Instant from = LocalDateTime.parse("2023-06-30T12:15")
                    .atZone(ZoneId.of(zone))
                    .toInstant();
            Instant to = LocalDateTime.parse("2025-06-30T12:15")
                    .atZone(ZoneId.of(zone))
                    .toInstant();
            assertThat(firings(schedule, from, to)).as(schedule::toString).hasSize(731);
        }
    }

    /** The promise spelt out with {@code java.time}: all readings, each mapped to its instants. */
    @ParameterizedTest
    @MethodSource("zones")
    void forwardsAndBackwardsTheFiringsAreThePromisedOnes(String zone) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<ZoneOffsetTransition> changes = changes(zone);
        for (int i = 0; i < 150; i++) {
            String expression = RandomCron.daily(random);
            Schedule schedule = Schedule.cron(expression, ZoneId.of(zone));
            ZoneOffsetTransition change = changes.get(random.nextInt(changes.size()));
            int around = 2 * Math.abs((int) change.getDuration().toSeconds());
            Instant from = change.getInstant().minusSeconds(random.nextInt(around));
            Instant to = change.getInstant().plusSeconds(random.nextInt(around));
            String where = "seed " + seed + ": " + schedule + " from " + from + " to " + to;
            List<Instant> promised = promised(expression, ZoneId.of(zone), change, from, to);
            assertThat(firings(schedule, from, to)).as(where).isEqualTo(promised);
            assertThat(firingsBackwards(schedule, from, to)).as(where).isEqualTo(promised);
        }
    }

    @ParameterizedTest
    @MethodSource("zones")
    void theLatestFiringIsTheOneWithNoneAfterIt(String zone) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            String expression = RandomCron.expression(random);
            Schedule schedule;
            try {
                schedule = Schedule.cron(expression, ZoneId.of(zone));
            } catch (IllegalArgumentException neverFires) {
                continue;
            }
            Instant now = Instant.ofEpochSecond(random.nextLong(0, 3_000_000_000L), random.nextInt(1_000_000_000));
            String where = "seed " + seed + ": " + schedule + " at " + now;
            Instant latest = schedule.latest(now).orElse(Instant.MIN);
            assertThat(latest).as(where).isBeforeOrEqualTo(now);
            assertThat(schedule.next(latest)).as(where).isEqualTo(schedule.next(now));
            if (latest.isAfter(Instant.MIN)) {
                assertThat(schedule.next(latest.minusNanos(1))).as(where).contains(latest);
                assertThat(schedule.latest(latest)).as(where).contains(latest);
            }
        }
    }

    /** Those that hold today's rules, and those that history brought: a whole day skipped, and gaps of odd lengths. */
    static Stream<String> zones() {
        return Stream.concat(
                ZONES.stream(), Stream.of("UTC", "Africa/Monrovia", "Asia/Kathmandu", "Africa/Casablanca"));
    }

    private static List<ZoneOffsetTransition> changes(String zone) {
        List<ZoneOffsetTransition> changes = new ArrayList<>();
        Instant at = Instant.parse("2010-01-01T00:00:00Z");
        for (int i = 0; i < 6; i++) {
            ZoneOffsetTransition change = ZoneId.of(zone).getRules().nextTransition(at);
            if (change == null) {
                break;
            }
            changes.add(change);
            at = change.getInstant();
        }
        if (changes.isEmpty()) {
            ZoneOffsetTransition last = ZoneId.of(zone).getRules().previousTransition(at);
            changes.add(last != null ? last : changes("Europe/Berlin").get(0));
        }
        return changes;
    }

    private static String firingsOn(LocalDate date, String zone, String expression) {
        ZoneId zoneId = ZoneId.of(zone);
        List<String> firings = firings(
                        Schedule.cron(expression, zoneId),
                        date.atStartOfDay(zoneId).toInstant().minusNanos(1),
                        date.plusDays(1).atStartOfDay(zoneId).toInstant().minusNanos(1))
                .stream()
                .map(firing -> firing.atZone(zoneId).toOffsetDateTime().toString())
                .toList();
        return String.join(", ", firings);
    }

    private static List<Instant> promised(
            String expression, ZoneId zone, ZoneOffsetTransition change, Instant from, Instant to) {
        boolean allHours = IntStream.range(0, 24)
                .mapToObj(hour -> LocalDateTime.of(2026, 1, 1, hour, 0))
                .allMatch(hour -> !readings(
                                expression,
                                hour.minusNanos(1),
                                hour.plusMinutes(59).plusSeconds(59))
                        .isEmpty());
        Duration margin = change.getDuration().abs();
        return readings(
                        expression,
                        LocalDateTime.ofInstant(from, zone).minus(margin),
                        LocalDateTime.ofInstant(to, zone).plus(margin))
                .stream()
                .map(reading -> LocalDateTime.ofInstant(reading, ZoneOffset.UTC))
                .flatMap(reading -> Stream.of(
                        reading.atZone(zone),
                        allHours
                                ? reading.atZone(zone).withLaterOffsetAtOverlap()
                                : reading.atZone(zone).withEarlierOffsetAtOverlap()))
                .map(ZonedDateTime::toInstant)
                .filter(firing -> firing.isAfter(from) && !firing.isAfter(to))
                .sorted()
                .distinct()
                .toList();
    }

    private static List<Instant> readings(String expression, LocalDateTime from, LocalDateTime to) {
        Schedule readings = Schedule.cron(expression, ZoneOffset.UTC);
        return firings(readings, from.toInstant(ZoneOffset.UTC), to.toInstant(ZoneOffset.UTC));
    }

    /** After {@code from}, up to and with {@code to}. */
    private static List<Instant> firings(Schedule schedule, Instant from, Instant to) {
        List<Instant> firings = new ArrayList<>();
        Instant firing = schedule.next(from).orElse(Instant.MAX);
        while (!firing.isAfter(to)) {
            firings.add(firing);
            firing = schedule.next(firing).orElse(Instant.MAX);
        }
        return firings;
    }

    private static List<Instant> firingsBackwards(Schedule schedule, Instant from, Instant to) {
        Deque<Instant> firings = new ArrayDeque<>();
        Instant firing = schedule.latest(to).orElse(Instant.MIN);
        while (firing.isAfter(from)) {
            firings.addFirst(firing);
            firing = schedule.latest(firing.minusNanos(1)).orElse(Instant.MIN);
        }
        return List.copyOf(firings);
    }
}
