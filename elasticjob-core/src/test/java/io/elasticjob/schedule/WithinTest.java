package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WithinTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** The reference is cron itself, which names such hours without any window. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "America/New_York",
                "Australia/Lord_Howe",
                "America/Sao_Paulo",
                "Africa/Cairo",
                "Pacific/Apia",
                "Africa/Monrovia",
                "Asia/Kathmandu"
            })
    void aCronWithinHoursOfTheDayFiresLikeOneThatNamesThoseHours(String zone) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 12; i++) {
            String minutes = random.nextBoolean() ? "0 0/10" : "0 7,31";
            int spans = 1 + random.nextInt(2);
            List<String> windows = new ArrayList<>();
            TreeSet<Integer> hours = new TreeSet<>();
            for (int span = 0; span < spans; span++) {
                int from = random.nextInt(24);
                int length = 1 + random.nextInt(23);
                windows.add("%02d:00-%02d:00".formatted(from, (from + length) % 24));
                IntStream.range(from, from + length).forEach(hour -> hours.add(hour % 24));
            }
            String all = hours.stream().map(String::valueOf).collect(Collectors.joining(","));
            String days = random.nextBoolean() ? "" : "SAT,wed";
            ZoneId zoneId = ZoneId.of(zone);
            Schedule reference = Schedule.cron(
                    minutes + " " + all + (days.isEmpty() ? " * * ?" : " ? * SUN,MON,TUE,THU,FRI"), zoneId);
            Schedule within = Schedule.within(
                    Schedule.cron(minutes + " * * * ?", zoneId), limits(String.join(",", windows), days, zoneId));
            ZoneOffsetTransition change = change(zoneId, random);
            Instant from = change.getInstant().minus(Duration.ofHours(random.nextInt(40)));
            Instant to = change.getInstant().plus(Duration.ofHours(random.nextInt(60)));
            String where = "seed " + seed + ": " + within + " from " + from + " to " + to;
            assertThat(firings(within, from, to)).as(where).isEqualTo(firings(reference, from, to));
            assertThat(firingsBackwards(within, from, to)).as(where).isEqualTo(firings(reference, from, to));
        }
    }

    /** The promise spelt out with {@code java.time}: all readings within, each mapped to its instants. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "America/New_York",
                "Australia/Lord_Howe",
                "America/Sao_Paulo",
                "Africa/Cairo",
                "Pacific/Apia",
                "Africa/Monrovia",
                "Asia/Kathmandu"
            })
    void aFixedRateWithinHoursFiresAtThePromisedInstants(String zone) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ZoneId zoneId = ZoneId.of(zone);
        for (int i = 0; i < 12; i++) {
            Duration period = Duration.ofSeconds(30L * (1 + random.nextInt(40)));
            LocalTime from = LocalTime.ofSecondOfDay(30L * random.nextInt(2880));
            LocalTime to = from.plusSeconds(30L * (41 + random.nextInt(2839)));
            LocalDate excluded = change(zoneId, random).getDateTimeBefore().toLocalDate();
            ZoneOffsetTransition change = change(zoneId, random);
            boolean excludes = random.nextInt(3) == 0;
            Schedule within = Schedule.within(
                    Schedule.every(period), limits(from + "-" + to, excludes ? excluded.toString() : "", zoneId));
            Instant begin = change.getInstant().minus(Duration.ofHours(1 + random.nextInt(12)));
            Instant end = change.getInstant().plus(Duration.ofHours(1 + random.nextInt(30)));
            List<Instant> promised = new ArrayList<>();
            LocalDateTime last = LocalDateTime.ofInstant(end, zoneId).plusDays(2);
            for (LocalDateTime at = LocalDateTime.ofInstant(begin, zoneId)
                            .minusDays(2)
                            .toLocalDate()
                            .atStartOfDay();
                    at.isBefore(last);
                    at = at.plusSeconds(30)) {
                LocalTime time = at.toLocalTime();
                boolean isIn = from.isBefore(to)
                        ? !time.isBefore(from) && time.isBefore(to)
                        : !time.isBefore(from) || time.isBefore(to);
                Instant instant = at.atZone(zoneId).withEarlierOffsetAtOverlap().toInstant();
                if (isIn
                        && !(excludes && at.toLocalDate().equals(excluded))
                        && instant.toEpochMilli() % period.toMillis() == 0
                        && instant.isAfter(begin)
                        && !instant.isAfter(end)) {
                    promised.add(instant);
                }
            }
            String where = "seed " + seed + ": " + within + " from " + begin + " to " + end;
            List<Instant> distinct = promised.stream().distinct().sorted().toList();
            assertThat(firings(within, begin, end)).as(where).isEqualTo(distinct);
            assertThat(firingsBackwards(within, begin, end)).as(where).isEqualTo(distinct);
        }
    }

    /** Else a job that fires all day would pause for an hour in autumn. */
    @Test
    void aWindowOfTheWholeDayLeavesNothingOut() {
        Schedule whole = Schedule.within(
                Schedule.every(Duration.ofMinutes(20)), limits("00:00-12:00,11:00-24:00", "2026-12-24", BERLIN));
        Instant from = Instant.parse("2026-10-24T22:00:00Z");
        assertThat(firings(whole, from, from.plus(Duration.ofHours(25)))).hasSize(75);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            22:00-02:00 | 2026-03-02T20:00:00Z | 2026-03-02T21:00:00Z
            22:00-02:00 | 2026-03-03T00:30:00Z | 2026-03-03T21:00:00Z
            08:00-08:30 | 2026-03-02T07:00:00Z | 2026-03-03T07:00:00Z
            08:00:01-09 | |
            """)
    void theFirstMomentBelongsToAWindowAndTheLastDoesNot(
            String between, @Nullable Instant after, @Nullable Instant next) {
        if (after == null) {
            assertThatIllegalArgumentException().isThrownBy(() -> DailyHours.parse(between));
            return;
        }
        Schedule schedule = Schedule.within(Schedule.every(Duration.ofMinutes(30)), limits(between, "", BERLIN));
        assertThat(schedule.next(after)).contains(next);
        assertThat(schedule.latest(next)).contains(next);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SAT,SUN                 | 2026-12-31T23:00:00Z | 2027-01-01
            sat, sun,01-01          | 2026-12-31T10:00:00Z | 2027-01-04
            2026-12-24..2027-01-05  | 2026-12-23T10:00:00Z | 2027-01-06
            2026-12-24..2027-01-05,2026-12-28..2026-12-29 | 2026-12-23T10:00:00Z | 2027-01-06
            2026-12-28..2027-01-05,2026-12-24..2026-12-29,2027-01-06 | 2026-12-23T10:00:00Z | 2027-01-07
            02-29                   | 2028-02-28T10:00:00Z | 2028-03-01
            """)
    void noDayThatIsExcludedFires(String days, Instant after, LocalDate next) {
        Schedule daily =
                Schedule.within(Schedule.cron("0 0 6 * * ?", ZoneOffset.UTC), limits("", days, ZoneOffset.UTC));

        Instant found = daily.next(after).orElseThrow();

        assertThat(LocalDate.ofInstant(found, ZoneOffset.UTC)).isEqualTo(next);
        assertThat(daily.latest(found.minusNanos(1)).orElseThrow()).isBeforeOrEqualTo(after);
    }

    /** A firing belongs to the day that its expression names, also where the clock skips that very day. */
    @Test
    void aFiringThatTheClockMovesToAnotherDayIsExcludedByTheDayThatItIsNamedFor() {
        ZoneId apia = ZoneId.of("Pacific/Apia");
        Schedule noon = Schedule.cron("0 0 12 * * ?", apia);
        Instant before = LocalDateTime.parse("2011-12-29T13:00").atZone(apia).toInstant();

        assertThat(noon.next(before)).contains(instant("2011-12-31T12:00", apia));
        assertThat(Schedule.within(noon, limits("", "2011-12-31", apia)).next(before))
                .contains(instant("2011-12-31T12:00", apia));
        assertThat(Schedule.within(noon, limits("", "2011-12-30,2011-12-31", apia))
                        .next(before))
                .contains(instant("2012-01-01T12:00", apia));
    }

    @Test
    void validityBeginsWithItsFirstInstantAndEndsBeforeItsLast() {
        Instant from = Instant.parse("2027-01-01T00:00:00Z");
        Instant until = Instant.parse("2027-01-01T03:00:00Z");
        Schedule hourly = Schedule.within(
                Schedule.every(Duration.ofHours(1)), new Limits(from, until, DailyHours.ALL, ExcludedDays.NONE, null));

        assertThat(firings(hourly, Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z")))
                .containsExactly(from, from.plusSeconds(3600), from.plusSeconds(7200));
        assertThat(hourly.next(from.minusNanos(1))).contains(from);
        assertThat(hourly.latest(from.minusNanos(1))).isEmpty();
        assertThat(hourly.latest(Instant.MAX)).contains(from.plusSeconds(7200));
        assertThat(hourly.next(from.plusSeconds(7200))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 12 * * ?          | 08:00-10:00 |
            0 0 12 * * ?          |             | MON,TUE,WED,THU,FRI,SAT,SUN
            0 0 12 24 12 ?        |             | 12-24
            0 0 12 ? * SUN        | 11:00-13:00 | SUN
            0 0 12 1 1 ? 2027     |             | 2026-12-01..2027-02-01
            0 0 0 * * ?           | 00:00:01-24:00 |
            """)
    void limitsThatLeaveNoFireTimeAreRefused(String cron, @Nullable String between, @Nullable String days) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.within(
                        Schedule.cron(cron, BERLIN),
                        limits(between == null ? "" : between, days == null ? "" : days, BERLIN)))
                .withMessageContaining("leaves no fire time");
    }

    @Test
    void aFixedRateThatNeverMeetsItsHoursIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Schedule.within(Schedule.every(Duration.ofDays(1)), limits("08:00-10:00", "", ZoneOffset.UTC)))
                .withMessageContaining("leaves no fire time");
    }

    @Test
    void aFireTimeBeyondCenturiesOfExcludedDaysIsFoundInBothDirections() {
        Schedule schedule = Schedule.within(
                Schedule.every(Duration.ofMillis(1)), limits("", "1970-01-02..2190-06-30", ZoneOffset.UTC));

        assertThat(schedule.next(Instant.parse("2026-03-01T00:00:00Z")))
                .contains(Instant.parse("2190-07-01T00:00:00Z"));
        assertThat(schedule.latest(Instant.parse("2026-03-01T00:00:00Z")))
                .contains(Instant.parse("1970-01-01T23:59:59.999Z"));
    }

    /** However much is left out: the search ends, in both directions. */
    @Test
    void aSearchThatFindsNothingEnds() {
        AtomicInteger asked = new AtomicInteger();
        Readings noon = counting(new OpenHours(DailyHours.parse("12:00-12:01"), ExcludedDays.NONE), asked);
        Readings morning = counting(new OpenHours(DailyHours.parse("08:00-10:00"), ExcludedDays.NONE), asked);
        CronTimeline timeline = new CronTimeline(noon.and(morning), BERLIN);

        assertThat(timeline.next(Instant.parse("2026-03-01T00:00:00Z"))).isEmpty();
        assertThat(timeline.latest(Instant.parse("2126-03-01T00:00:00Z"))).isEmpty();
        assertThat(asked.get()).isLessThan(10 * Readings.MOST_STEPS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8:00-18:00",
                "08:00",
                "08:00-25:00",
                "08:60-09:00",
                "08:00-08:00",
                "24:00-08:00",
                "08:00-24:01",
                "-",
                "08:00-18:00,",
                ",",
                "08:00–18:00",
                "08:00-18:00 Europe/Berlin",
                "08:00-18:00;19:00-20:00"
            })
    void hoursThatAreNoneAreRefusedByTheirPart(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DailyHours.parse(text))
                .withMessageContaining("is no daily window");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SATURDAY",
                "2027-02-30",
                "02-30",
                "13-01",
                "2027-01-02..2027-01-01",
                "2027-01-01-2027-01-02",
                "SAT,",
                "MON-FRI",
                "1",
                "2027-1-1",
                "..",
                "SAT;SUN",
                "02027-01-01"
            })
    void daysThatAreNoneAreRefusedByTheirPart(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExcludedDays.parse(text))
                .withMessageContaining("names no days");
    }

    @Test
    void aScheduleIsEqualToOneThatIsWrittenTheSameWayAndShowsItsLimits() {
        Schedule one =
                Schedule.within(Schedule.every(Duration.ofMinutes(1)), limits("08:00-18:00", "sat, sun", BERLIN));
        assertThat(one)
                .isEqualTo(Schedule.within(
                        Schedule.every(Duration.ofMinutes(1)), limits("08:00-18:00", "SAT,SUN", BERLIN)))
                .hasSameHashCodeAs(Schedule.within(
                        Schedule.every(Duration.ofMinutes(1)), limits("08:00-18:00", "SAT,SUN", BERLIN)))
                .isNotEqualTo(
                        Schedule.within(Schedule.every(Duration.ofMinutes(1)), limits("08:00-18:00", "SAT", BERLIN)))
                .hasToString("every 1m, between 08:00-18:00 except SAT,SUN in Europe/Berlin");
        assertThat(Schedule.within(one.base(), Limits.NONE)).isSameAs(one.base());
    }

    private static Readings counting(Readings counted, AtomicInteger asked) {
        return new Readings() {
            @Override
            public @Nullable LocalDateTime atOrAfter(LocalDateTime from) {
                asked.incrementAndGet();
                return counted.atOrAfter(from);
            }

            @Override
            public @Nullable LocalDateTime atOrBefore(LocalDateTime upTo) {
                asked.incrementAndGet();
                return counted.atOrBefore(upTo);
            }

            @Override
            public boolean runsAroundTheClock() {
                return counted.runsAroundTheClock();
            }
        };
    }

    private static Limits limits(String between, String days, ZoneId zone) {
        return new Limits(null, null, DailyHours.parse(between), ExcludedDays.parse(days), zone);
    }

    private static Instant instant(String reading, ZoneId zone) {
        return LocalDateTime.parse(reading).atZone(zone).toInstant();
    }

    private static ZoneOffsetTransition change(ZoneId zone, Random random) {
        Instant at = Instant.parse("2010-01-01T00:00:00Z");
        ZoneOffsetTransition change = zone.getRules().nextTransition(at);
        for (int i = random.nextInt(6); i > 0 && change != null; i--) {
            ZoneOffsetTransition next = zone.getRules().nextTransition(change.getInstant());
            change = next == null ? change : next;
        }
        if (change != null) {
            return change;
        }
        ZoneOffsetTransition last = zone.getRules().previousTransition(at);
        return last != null ? last : change(BERLIN, random);
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
