package io.elasticjob;

import org.jspecify.annotations.Nullable;

/**
 * What is to be known of a key and its value.
 *
 * @param defaultValue the value that holds when nobody sets one; null when there is none
 * @param maxLength the most characters that a value may have
 * @param handlerNoun what a value names that runs the job, in people's words; null where it names nothing that does
 */
record KeyTraits(
        @Nullable String defaultValue,
        int maxLength,
        Characters characters,
        Shape shape,
        boolean isConfidential,
        @Nullable String handlerNoun,
        SettingForm<?> form,
        String documentation) {

    /** What may stand in a value. */
    enum Characters {
        /** Those of a keyboard: the value is a word or a number. */
        PLAIN,
        /** All that are seen, and at least one of them: the value is the name of something in the application. */
        VISIBLE,
        /** Whatever there is: the value is the application's own. */
        ANY
    }

    /** How a value is written. */
    enum Shape {
        TEXT,
        DURATION,
        PAIRS
    }
}
