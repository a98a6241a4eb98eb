package io.elasticjob.schedule;

import io.elasticjob.text.MalformedTextException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Days on which a job does not fire, written with commas between them: days of the week ({@code SAT,SUN}), days of each year
 * ({@code 12-25}), days ({@code 2027-01-01}) and spans of days with both ends ({@code 2027-12-24..2028-01-02}). Two are equal
 * when they are written the same way.
 *
 * @since 0.1.0
 */
public final class ExcludedDays {

    /** No day at all. */
    public static final ExcludedDays NONE = new ExcludedDays("");

    private static final List<String> WEEK = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

    // A record in all but name: it keeps the parsed form beside the text.
    private final String text;
    private final Set<DayOfWeek> ofWeek = EnumSet.noneOf(DayOfWeek.class);
    private final Set<MonthDay> ofYear = new HashSet<>();
    private final Set<LocalDate> days = new HashSet<>();
    private final TreeMap<LocalDate, LocalDate> spans = new TreeMap<>();

    private ExcludedDays(String text) {
        List<String> items = Stream.of(text.toUpperCase(Locale.ROOT).split(",", -1))
                .map(String::strip)
                .toList();
        this.text = String.join(",", items);
        if (!this.text.isEmpty()) {
            items.forEach(this::add);
        }
        mergeSpans();
    }

    /**
     * Reads days as they are written; blank stands for none.
     *
     * @throws IllegalArgumentException with the rule that the text breaks, as the end of a sentence
     */
    public static ExcludedDays parse(String text) {
        return text.isBlank() ? NONE : new ExcludedDays(text);
    }

    private void add(String item) {
        int ofWeek = WEEK.indexOf(item);
        if (ofWeek >= 0) {
            this.ofWeek.add(DayOfWeek.of(ofWeek + 1));
            return;
        }
        try {
            if (item.matches("\\d\\d-\\d\\d")) {
                ofYear.add(MonthDay.parse("--" + item));
            } else if (item.matches("\\d{4}-\\d\\d-\\d\\d")) {
                days.add(LocalDate.parse(item));
            } else if (item.matches("\\d{4}-\\d\\d-\\d\\d\\.\\.\\d{4}-\\d\\d-\\d\\d")) {
                addSpan(item, LocalDate.parse(item.substring(0, 10)), LocalDate.parse(item.substring(12)));
            } else {
                throw rule(
                        item,
                        "write days of the week such as SAT, days of each year such as 12-25, days such as"
                                + " 2027-01-01, and spans such as 2027-12-24..2028-01-02");
            }
        } catch (DateTimeException noSuchDay) {
            throw rule(item, "there is no such day");
        }
    }

    private void addSpan(String item, LocalDate first, LocalDate last) {
        if (last.isBefore(first)) {
            throw rule(item, "its last day is before its first");
        }
        spans.merge(first, last, (one, other) -> one.isAfter(other) ? one : other);
    }

    private IllegalArgumentException rule(String item, String rule) {
        return new IllegalArgumentException("names no days" + MalformedTextException.byPart(item, text) + ": " + rule);
    }

    /** So that the span that begins last before a day is the only one that may contain it. */
    private void mergeSpans() {
        List<Map.Entry<LocalDate, LocalDate>> sorted = new ArrayList<>(spans.entrySet());
        spans.clear();
        LocalDate first = null;
        LocalDate last = null;
        for (Map.Entry<LocalDate, LocalDate> span : sorted) {
            if (first == null || last == null || span.getKey().isAfter(last)) {
                first = span.getKey();
                last = span.getValue();
            } else if (span.getValue().isAfter(last)) {
                last = span.getValue();
            }
            spans.put(first, last);
        }
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    public boolean contains(LocalDate day) {
        return ofWeek.contains(day.getDayOfWeek())
                || days.contains(day)
                || ofYear.contains(MonthDay.from(day))
                || isInSpan(day);
    }

    private boolean isInSpan(LocalDate day) {
        Map.@Nullable Entry<LocalDate, LocalDate> span = spans.floorEntry(day);
        return span != null && !day.isAfter(span.getValue());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExcludedDays that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it is written, in capital letters; "" for none. */
    @Override
    public String toString() {
        return text;
    }
}
