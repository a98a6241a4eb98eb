package io.elasticjob.engine;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids by chance, where none are handed in. */
final class RandomIds {

    private RandomIds() {}

    /** Some characters that are not given twice: 50 random bits. */
    static String unique() {
        return Long.toString(new SecureRandom().nextLong(1L << 50), Character.MAX_RADIX);
    }

    static String request() {
        return UUID.randomUUID().toString();
    }
}
