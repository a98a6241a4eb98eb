package io.elasticjob.benchmarks.figures;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was measured once.
 *
 * @param numbers by name, in the order in which they were put there; what could not be measured is not there
 * @param remarks what is no number
 */
public record Figures(Map<String, Double> numbers, Map<String, String> remarks) {

    public Figures {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        remarks = Collections.unmodifiableMap(new LinkedHashMap<>(remarks));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Gathers figures. */
    public static final class Builder {

        private static final MathContext DIGITS = new MathContext(5);

        private final Map<String, Double> numbers = new LinkedHashMap<>();
        private final Map<String, String> remarks = new LinkedHashMap<>();

        private Builder() {}

        /** Keeps five digits that count; leaves it out when it is no number. */
        public Builder put(String name, double value) {
            if (Double.isFinite(value)) {
                numbers.put(name, new BigDecimal(value).round(DIGITS).doubleValue());
            }
            return this;
        }

        public Builder remark(String name, Object value) {
            remarks.put(name, String.valueOf(value));
            return this;
        }

        public Figures build() {
            return new Figures(numbers, remarks);
        }
    }
}
