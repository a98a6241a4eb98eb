package io.elasticjob.schedule;

import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cron schedules that were asked for last. Thousands of jobs have few expressions: equal ones are parsed once, and are
 * one object. That is nothing but memory: who asks cannot tell it from a new one. Any thread.
 */
final class Crons {

    /** Beyond so many the one that was not asked for the longest time is forgotten. */
    static final int MOST = 1_000;

    /** What is longer would take much room for little. */
    private static final int LONGEST = 200;

    private record Text(String expression, ZoneId zone) {}

    private static final Map<Text, Schedule.Cron> MADE =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Text, Schedule.Cron> eldest) {
                    return size() > MOST;
                }
            });

    private Crons() {}

    /** As {@link Schedule#cron}; nothing is remembered of what is refused. */
    static Schedule.Cron of(String expression, ZoneId zone) {
        Text text = new Text(expression, zone);
        Schedule.Cron made = MADE.get(text);
        if (made == null || !made.isBy(zone.getRules())) { // which may be others by now, or not be there
            made = new Schedule.Cron(expression, zone);
            if (expression.length() <= LONGEST) {
                MADE.put(text, made);
            }
        }
        return made;
    }

    /** How many are remembered. */
    static int size() {
        return MADE.size();
    }
}
