package io.elasticjob.coordination;

import io.elasticjob.ArrayPlace;

/** Whether an array has come so far that it is worth telling: an array of 10,000 tasks is no reason for 10,000 events. */
public final class ArrayNews {

    private static final int STEPS = 10;

    private ArrayNews() {}

    /**
     * Decides.
     *
     * @param told as it was told last; before the first time as it began
     */
    public static boolean isNews(ArrayPlace told, ArrayPlace now) {
        return step(now) > step(told)
                || told.failed().isEmpty() && !now.failed().isEmpty();
    }

    private static int step(ArrayPlace place) {
        return STEPS * (place.done() + place.failed().size()) / place.size();
    }
}
