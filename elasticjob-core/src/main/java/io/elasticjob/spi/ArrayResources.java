package io.elasticjob.spi;

import io.elasticjob.SettingForm;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one task of an {@link ArrayRun} needs. What is not said is as the template has it.
 *
 * @param milliCpus thousandths of a processor; 0 where nothing is said. A cluster that gives whole ones rounds up
 * @param memoryBytes 0 where nothing is said. A cluster with a coarser unit rounds up
 * @since 0.1.0
 */
public record ArrayResources(int milliCpus, long memoryBytes) {

    /** Nothing is said. */
    public static final ArrayResources OF_TEMPLATE = new ArrayResources(0, 0);

    private static final String EXAMPLE = "cpu=500m,memory=2Gi";
    private static final Pattern CPU = Pattern.compile("(\\d{1,4}(?:\\.\\d{1,3})?)|(\\d{1,7})m");
    private static final Pattern MEMORY = Pattern.compile("(\\d{1,9})(Ki|Mi|Gi|Ti|)");

    public ArrayResources {
        if (milliCpus < 0 || memoryBytes < 0) {
            throw new IllegalArgumentException("milliCpus and memoryBytes must not be negative");
        }
    }

    /**
     * As it is written in settings: {@code cpu=500m,memory=2Gi}. Either can be left out; "" says nothing.
     *
     * @throws IllegalArgumentException with the rule, for anything else
     */
    public static ArrayResources parse(String text) {
        int milliCpus = 0;
        long memory = 0;
        for (Map.Entry<String, String> each :
                SettingForm.pairs("resource", EXAMPLE).read(text).entrySet()) {
            switch (each.getKey()) {
                case "cpu" -> milliCpus = cpus(each.getValue());
                case "memory" -> memory = bytes(each.getValue());
                default -> throw new IllegalArgumentException("must name no other resources than cpu and memory");
            }
        }
        return new ArrayResources(milliCpus, memory);
    }

    private static int cpus(String text) {
        Matcher written = CPU.matcher(text);
        int cpus = !written.matches()
                ? 0
                : written.group(2) != null
                        ? Integer.parseInt(written.group(2))
                        : new BigDecimal(written.group(1)).movePointRight(3).intValueExact();
        if (cpus == 0) {
            throw new IllegalArgumentException("must have a cpu such as 2, 0.5 or 500m");
        }
        return cpus;
    }

    private static long bytes(String text) {
        Matcher written = MEMORY.matcher(text);
        long number = written.matches() ? Long.parseLong(written.group(1)) : 0;
        if (number == 0) {
            throw new IllegalArgumentException("must have a memory such as 512Mi or 2Gi");
        }
        int shift = shift(written.group(2));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("must have a memory of less than 8 EiB");
        }
        return number << shift;
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "Ki" -> 10;
            case "Mi" -> 20;
            case "Gi" -> 30;
            case "Ti" -> 40;
            default -> 0;
        };
    }
}
