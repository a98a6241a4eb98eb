package io.elasticjob.schedule;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cron expressions that Quartz accepts and reads as it documents, and texts that are nearly such. */
public final class RandomCron {

    private static final List<String> MONTHS =
            List.of("JAN", "feb", "Mar", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "Mon", "TUE", "wed", "THU", "FRI", "SAT");

    private RandomCron() {}

    static String expression(Random random) {
        boolean byMonth = random.nextBoolean();
        String year = switch (random.nextInt(6)) {
            case 0 -> " " + (2000 + random.nextInt(60)) + "-" + (2060 + random.nextInt(30));
            case 1 -> " " + (1990 + random.nextInt(20)) + "/" + (1 + random.nextInt(7));
            case 2 -> " *";
            default -> "";
        };
        return timeOfDay(random) + " " + (byMonth ? dayOfMonth(random) : "?") + " " + month(random) + " "
                + (byMonth ? "?" : dayOfWeek(random)) + year;
    }

    /** Every day, so that all clock changes matter. */
    static String daily(Random random) {
        return timeOfDay(random) + " * * ?";
    }

    public static String garbled(Random random) {
        StringBuilder text = new StringBuilder(expression(random));
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            char[] letters = "0123456789*?/-,#LWMONFRI ".toCharArray();
            int at = random.nextInt(text.length());
            String letter = String.valueOf(letters[random.nextInt(letters.length)]);
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, letter);
                case 1 -> text.replace(at, at + 1, letter);
                default -> text.deleteCharAt(at);
            }
        }
        return text.toString();
    }

    private static String timeOfDay(Random random) {
        return list(random, 0, 59) + " " + list(random, 0, 59) + " " + list(random, 0, 23);
    }

    private static String month(Random random) {
        return random.nextInt(3) == 0 ? name(random, MONTHS) : list(random, 1, 12);
    }

    private static String dayOfMonth(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "L";
            case 1 -> "L-" + random.nextInt(28);
            case 2 -> "LW";
            case 3 -> (1 + random.nextInt(31)) + "W";
            case 4 -> "L,1" + random.nextInt(10);
            default -> list(random, 1, 31);
        };
    }

    private static String dayOfWeek(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "L";
            case 1 -> DAYS.get(random.nextInt(7)) + "L";
            case 2 -> (1 + random.nextInt(7)) + "#" + (1 + random.nextInt(5));
            case 3 -> name(random, DAYS);
            default -> list(random, 1, 7);
        };
    }

    private static String name(Random random, List<String> names) {
        String one = names.get(random.nextInt(names.size()));
        String other = names.get(random.nextInt(names.size()));
        return switch (random.nextInt(3)) {
            case 0 -> one;
            case 1 -> one + "-" + other;
            default -> one + "," + other;
        };
    }

    private static String list(Random random, int min, int max) {
        return switch (random.nextInt(4)) {
            case 0 -> "*";
            case 1 ->
                Stream.generate(() -> item(random, min, max))
                        .limit(2 + random.nextInt(3))
                        .collect(Collectors.joining(","));
            default -> item(random, min, max);
        };
    }

    private static String item(Random random, int min, int max) {
        int one = random.nextInt(min, max + 1);
        int other = random.nextInt(min, max + 1);
        int step = 1 + random.nextInt(max);
        return switch (random.nextInt(7)) {
            case 0 -> one + "-" + other;
            case 1 -> one + "-" + other + "/" + step;
            case 2 -> one + "/" + step;
            case 3 -> "*/" + step;
            case 4 -> "/" + step;
            default -> String.valueOf(one);
        };
    }
}
