package io.elasticjob.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.text.ParseException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quartz.CronExpression;

class CronSyntaxTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            0 0 25 * * ?        | hour must be 0–23
            60 0 0 * * ?        | second must be 0–59
            0 0 0 32 * ?        | day of month must be 1–31
            0 0 0 0W * ?        | day of month must be 1–31
            0 0 0 L-31 * ?      | day of month may be L-0 to L-30
            0 0 0 1 13 ?        | month must be 1–12 or JAN–DEC
            0 0 0 1 FOO ?       | month must be 1–12 or JAN–DEC
            0 0 0 ? * 0         | day of week must be 1–7 or SUN–SAT, where 1 is Sunday
            0 0 0 ? * MONDAY    | day of week must be 1–7 or SUN–SAT, where 1 is Sunday
            0 0 0 ? * 6#6       | day of week may be #1 to #5
            0 0 0 ? * 6#3,2     | L and # must stand alone in day of week
            0 0 0 ? * 2,FRIL    | L and # must stand alone in day of week
            0 0 0 ? * MON/2     | "MON/2" mixes names and numbers, use numbers
            0 0 0 ? * MON-6     | "MON-6" mixes names and numbers, use numbers
            0 0 0 1 1 ? 1969    | year must be 1970–2199
            0 0 0 1 1 ? 30-28   | year must be 1970–2199
            0 0 0 1 1 ? 2030-2028 | the years 2030-2028 are in reverse order
            0/0 * * * * ?       | the step of the second must be 1–59
            0 0 */24 * * ?      | the step of the hour must be 1–23
            1,,2 * * * * ?      | "" does not fit here, second must be 0–59
            5/20-30 * * * * ?   | "5/20-30" does not fit here, second must be 0–59
            ? * * * * ?         | "?" does not fit here, second must be 0–59
            0 0 0 1-5W * ?      | day of month must be 1–31
            0 0 12 * * *        | one of day of month and day of week must be "?", and only one
            0 0 12 ? * ?        | one of day of month and day of week must be "?", and only one
            0 12 * * *          | it must have 6 or 7 fields, starting with the second, not 5: second minute hour day-of-month month day-of-week [year]
            0 0 0 30 2 ?        | it names no date that exists between 1970 and 2199
            0 0 0 31W 4,6 ?     | it names no date that exists between 1970 and 2199
            0 0 0 29 2 ? 2100   | it names no date that exists between 1970 and 2199
            @dayly              | the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly
            @                   | the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly
            @reboot             | the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly
            @daily 5            | the words are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly
            0 0 @daily * * ?    | "@DAILY" does not fit here, hour must be 0–23
            """)
    void aBrokenExpressionIsRefusedWithTheRuleThatItBreaks(String expression, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.cron(expression, ZoneOffset.UTC))
                .withMessage("\"" + expression + "\" is not a cron expression: " + rule);
    }

    /** Where somebody who writes it is shown the mistake; -1 where it is in no place. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            0 0 25 * * ?        | 4
            ~  0   0 25 * * ?~  | 8
            61 0 25 * * ?       | 0
            0 0 1,2,30 * * ?    | 8
            1,,2 * * * * ?      | 2
            0 0 0 1,L-31,3 * ?  | 8
            0 0 0 1 jan,foo ?   | 12
            0 0 0 ? * 6#6       | 10
            0 0 0 ? * 2,FRIL    | 10
            0 0 0 ? * mon,8     | 14
            0 0 0 1 1 ? 2000,1  | 17
            0 0 12 * * *        | 11
            0 0 12 ? * ?        | 11
            0 0 0 1 1 ? 2000 5  | 17
            ~ @dayly~           | 1
            0 12 * * *          | -1
            0 0 0 30 2 ?        | -1
            ~~                  | -1
            @daily              | -1
            0 0 3 ? * MON-FRI   | -1
            0 0 0 ? * 6#3       | -1
            0 0 0 L,15W * ?     | -1
            """)
    void theFirstMistakeHasAPlace(String expression, int place) {
        assertThat(Schedule.cronMistake(expression).orElse(-1)).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            @yearly   | 0 0 0 1 1 ?
            @annually | 0 0 0 1 1 ?
            @monthly  | 0 0 0 1 * ?
            @weekly   | 0 0 0 ? * SUN
            @daily    | 0 0 0 * * ?
            @midnight | 0 0 0 * * ?
            @hourly   | 0 0 * * * ?
            @Daily    | 0 0 0 * * ?
            """)
    void aWordFiresLikeTheExpressionThatItStandsFor(String word, String expression) {
        for (String zone : List.of("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo")) {
            Schedule ofWord = Schedule.cron(word, ZoneId.of(zone));
            Schedule ofExpression = Schedule.cron(expression, ZoneId.of(zone));
            Instant at = Instant.parse("2018-01-01T00:00:00Z");
            for (int i = 0; i < 150; i++) {
                Instant next = ofExpression.next(at).orElseThrow();
                assertThat(ofWord.next(at)).as("%s in %s", word, zone).contains(next);
                assertThat(ofWord.latest(next)).as("%s in %s", word, zone).contains(next);
                at = next;
            }
        }
        assertThat(Schedule.cron(word, ZoneOffset.UTC)).hasToString("cron \"" + word + "\" in Z");
    }

    /** Quartz loses the later one of two {@code W} days when the first moves to an earlier day. */
    @Test
    void severalNearestWeekdaysAllFire() {
        assertThat(firings("0 0 0 10W,20W * ?", "2026-01-01", 4))
                .containsExactly("2026-01-09", "2026-01-20", "2026-02-10", "2026-02-20");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 0 L * ?          | 2027-01-31 | 2027-02-28
            0 0 0 L-3 * ?        | 2027-01-28 | 2027-02-25
            0 0 0 LW * ?         | 2027-01-29 | 2027-02-26
            0 0 0 L-29 * ?       | 2027-01-02 | 2027-03-02
            0 0 0 1W * ?         | 2027-01-01 | 2027-02-01
            0 0 0 1w 5 ?         | 2027-05-03 | 2028-05-01
            0 0 0 31W * ?        | 2027-01-29 | 2027-03-31
            0 0 0 ? * L          | 2027-01-02 | 2027-01-09
            0 0 0 ? * 6L         | 2027-01-29 | 2027-02-26
            0 0 0 ? * friL       | 2027-01-29 | 2027-02-26
            0 0 0 ? * 6#5        | 2027-01-29 | 2027-04-30
            0 0 0 ? * FRI-SAT    | 2027-01-01 | 2027-01-02
            0 0 0 ? * SAT-MON    | 2027-01-02 | 2027-01-03
            0 0 0 28-2/2 1 ?     | 2027-01-01 | 2027-01-28
            0 0 0 1 nov-FEB ?    | 2027-01-01 | 2027-02-01
            0 0 0 1 1 ? 2030/30  | 2030-01-01 | 2060-01-01
            """)
    void daysAreReadAsQuartzReadsThem(String expression, String first, String second) {
        assertThat(firings(expression, "2027-01-01", 2)).containsExactly(first, second);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            0 0 3 ? * 2-6      | MON-FRI
            0 0 3 ? * 1        | SUN
            0 0 3 ? * 02,7     | MON,SAT
            0 0 3 ? * 6L       | FRIL
            0 0 3 ? * 2#1      | MON#1
            0 0 3 ? * 2/2      | MON,WED,FRI
            0 0 3 ? * 6-2/2    | SUN,FRI
            0 0 3 ? * MON-FRI  | -
            0 0 3 ? * MON#2    | -
            0 0 3 ? * */2      | -
            0 0 3 ? * L        | -
            0 0 3 1-5 * ?      | -
            """)
    void daysOfTheWeekInFiguresAreToldInWords(String expression, String inWords) {
        assertThat(new Schedule.Cron(expression, ZoneOffset.UTC).daysOfWeekInWords())
                .isEqualTo(Optional.ofNullable(inWords));
    }

    @Test
    void randomExpressionsFireWhenQuartzSaysSo() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            String expression = RandomCron.expression(random);
            assertFiresAsInQuartz(expression, instant(random), "seed " + seed);
        }
    }

    /** Quartz ignores what it does not understand in many places; a text that is accepted here means the same there. */
    @Test
    void whatIsReadHereQuartzReadsTheSame() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            String expression = RandomCron.garbled(random);
            // Quartz knows no step from a year that is more than a hundred years from today.
            boolean centuryAway = expression.matches(".*\\b21../\\d+.*");
            if (accepts(expression) && !centuryAway) {
                assertFiresAsInQuartz(expression, instant(random), "seed " + seed);
            }
        }
    }

    private static void assertFiresAsInQuartz(String expression, Instant after, String seed) throws ParseException {
        CronExpression quartz = new CronExpression(expression);
        quartz.setTimeZone(TimeZone.getTimeZone("UTC"));
        Instant from = expression.contains("W") ? lastMomentBeforeTheMonthOf(after) : after;
        Optional<Instant> expected = Optional.ofNullable(quartz.getNextValidTimeAfter(Date.from(from)))
                .map(Date::toInstant);
        // Quartz searches for a hundred years from today.
        Optional<Instant> found = next(expression, from).filter(Instant.parse("2100-01-01T00:00:00Z")::isAfter);
        if (found.isPresent() || expected.isPresent()) {
            assertThat(next(expression, from))
                    .as("%s: %s after %s", seed, expression, from)
                    .isEqualTo(expected);
        }
    }

    /**
     * Before the month: only from there does Quartz find a nearest weekday. It takes it at the time of day that it
     * searches from, and not at all when it lies after the day that is named and the search begins between the two.
     */
    private static Instant lastMomentBeforeTheMonthOf(Instant instant) {
        return instant.atZone(ZoneOffset.UTC)
                .with(TemporalAdjusters.firstDayOfMonth())
                .truncatedTo(ChronoUnit.DAYS)
                .toInstant()
                .minusSeconds(1);
    }

    private static Instant instant(Random random) {
        return Instant.ofEpochSecond(random.nextLong(0, 3_000_000_000L), random.nextInt(2) * 999_000_000);
    }

    private static boolean accepts(String expression) {
        try {
            Schedule.cron(expression, ZoneOffset.UTC);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /** An expression that can never fire is no schedule here. */
    private static Optional<Instant> next(String expression, Instant after) {
        return accepts(expression) ? Schedule.cron(expression, ZoneOffset.UTC).next(after) : Optional.empty();
    }

    private static List<String> firings(String expression, String from, int count) {
        Schedule schedule = Schedule.cron(expression, ZoneOffset.UTC);
        Instant before =
                LocalDate.parse(from).atStartOfDay().toInstant(ZoneOffset.UTC).minusNanos(1);
        return Stream.iterate(
                        schedule.next(before).orElseThrow(),
                        firing -> schedule.next(firing).orElseThrow())
                .limit(count)
                .map(firing -> LocalDate.ofInstant(firing, ZoneOffset.UTC).toString())
                .toList();
    }
}
