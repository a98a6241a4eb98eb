package io.elasticjob.schedule;

import io.elasticjob.text.MalformedTextException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The hours of the day in which a job may fire, such as {@code 08:00-12:00,13:00-18:00}. The end of a span does not belong to
 * it. A span whose end is before its start goes on over midnight.
 *
 * @param spans in the order in which they are written; empty for the whole day
 * @since 0.1.0
 */
public record DailyHours(List<Span> spans) {

    /** The whole day. */
    public static final DailyHours ALL = new DailyHours(List.of());

    private static final int DAY = (int) Duration.ofDays(1).toSeconds();
    private static final int MOST = 24;
    private static final Pattern SPAN =
            Pattern.compile("(\\d\\d):(\\d\\d)(?::(\\d\\d))?-(\\d\\d):(\\d\\d)(?::(\\d\\d))?");

    /**
     * From one time of the day to another.
     *
     * @param from in seconds since midnight
     * @param to in seconds since midnight, up to that of the next day
     */
    public record Span(int from, int to) {

        private boolean contains(int second) {
            return from < to ? second >= from && second < to : second >= from || second < to;
        }

        @Override
        public String toString() {
            return text(from) + "-" + text(to);
        }

        private static String text(int second) {
            String minutes = "%02d:%02d".formatted(second / 3600, second / 60 % 60);
            return second % 60 == 0 ? minutes : minutes + ":%02d".formatted(second % 60);
        }
    }

    public DailyHours {
        spans = List.copyOf(spans);
    }

    /**
     * Reads spans as they are written; blank stands for the whole day.
     *
     * @throws IllegalArgumentException with the rule that the text breaks, as the end of a sentence
     */
    public static DailyHours parse(String text) {
        List<Span> spans = new ArrayList<>();
        for (String item : text.isBlank() ? new String[0] : text.split(",", -1)) {
            spans.add(span(item.strip(), text));
        }
        if (spans.size() > MOST) {
            throw new IllegalArgumentException("must have at most " + MOST + " spans, and has " + spans.size());
        }
        return new DailyHours(spans);
    }

    private static Span span(String item, String text) {
        Matcher matcher = SPAN.matcher(item);
        if (!matcher.matches()) {
            throw rule(
                    item,
                    text,
                    "write the times of the day at which it begins and ends, such as 08:00-18:00 or 22:00-06:00");
        }
        int from = second(matcher, 1);
        int to = second(matcher, 4);
        if (from > DAY || to > DAY) {
            throw rule(item, text, "a day has the times 00:00 to 24:00");
        }
        if (from == DAY || from == to) {
            throw rule(item, text, "it begins when it ends");
        }
        return new Span(from, to == 0 ? DAY : to);
    }

    private static IllegalArgumentException rule(String item, String text, String rule) {
        return new IllegalArgumentException(
                "is no daily window" + MalformedTextException.byPart(item, text) + ": " + rule);
    }

    /** Since midnight; more than a day has where it is no time of the day. */
    private static int second(Matcher matcher, int group) {
        int hour = Integer.parseInt(matcher.group(group));
        int minute = Integer.parseInt(matcher.group(group + 1));
        String seconds = matcher.group(group + 2);
        int second = seconds == null ? 0 : Integer.parseInt(seconds);
        int all = (hour * 60 + minute) * 60 + second;
        return minute > 59 || second > 59 ? DAY + 1 : all;
    }

    /** Whether no time of the day is left out. */
    public boolean isWholeDay() {
        return spans.isEmpty() || closedFrom(0) == DAY;
    }

    boolean contains(int second) {
        return spans.isEmpty() || spans.stream().anyMatch(span -> span.contains(second));
    }

    /** The first second that is within, not before the given one; that of the next midnight when there is none. */
    int firstFrom(int second) {
        return contains(second)
                ? second
                : spans.stream()
                        .mapToInt(Span::from)
                        .filter(from -> from > second)
                        .min()
                        .orElse(DAY);
    }

    /** The last second that is within, not after the given one; -1 when there is none on that day. */
    int lastUpTo(int second) {
        return contains(second)
                ? second
                : spans.stream()
                        .mapToInt(span -> span.to() - 1)
                        .filter(last -> last >= 0 && last < second)
                        .max()
                        .orElse(-1);
    }

    /** The first second that is not within, from the given one on; that of the next midnight when there is none. */
    private int closedFrom(int second) {
        int open = second;
        for (int step = 0; step <= spans.size() && open < DAY && contains(open); step++) {
            int at = open;
            open = spans.stream()
                    .filter(span -> span.contains(at))
                    .mapToInt(span -> span.from() < span.to() || at < span.to() ? span.to() : DAY)
                    .max()
                    .orElse(at);
        }
        return open;
    }

    /** As it is written; "" for the whole day. */
    @Override
    public String toString() {
        return spans.stream().map(Span::toString).collect(Collectors.joining(","));
    }
}
