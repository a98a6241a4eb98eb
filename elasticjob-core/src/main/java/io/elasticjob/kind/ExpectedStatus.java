package io.elasticjob.kind;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The statuses of an HTTP answer that mean success. */
record ExpectedStatus(List<Range> ranges) {

    private static final Pattern FORM = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?|([1-5])xx");

    record Range(int from, int to) {

        @Override
        public String toString() {
            return from == to ? String.valueOf(from) : from + "-" + to;
        }
    }

    /**
     * @param written each like {@code 200}, {@code 200-204} or {@code 2xx}
     * @throws IllegalArgumentException with the rule
     */
    static ExpectedStatus of(List<String> written) {
        List<Range> ranges = new ArrayList<>();
        for (String one : written) {
            Matcher parts = FORM.matcher(one.strip());
            if (!parts.matches()) {
                throw new IllegalArgumentException("must be statuses such as 200, 200-204 or 2xx");
            }
            if (parts.group(3) != null) {
                int hundreds = Integer.parseInt(parts.group(3)) * 100;
                ranges.add(new Range(hundreds, hundreds + 99));
            } else {
                int from = Integer.parseInt(parts.group(1));
                int to = parts.group(2) == null ? from : Integer.parseInt(parts.group(2));
                if (to < from) {
                    throw new IllegalArgumentException("must name the lower status of a range first");
                }
                ranges.add(new Range(from, to));
            }
        }
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("must name at least one status, such as 2xx");
        }
        return new ExpectedStatus(List.copyOf(ranges));
    }

    boolean includes(int status) {
        return ranges.stream().anyMatch(range -> status >= range.from() && status <= range.to());
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(", "));
    }
}
