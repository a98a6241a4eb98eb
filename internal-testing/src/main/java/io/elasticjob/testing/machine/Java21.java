package io.elasticjob.testing.machine;

import java.util.function.BooleanSupplier;

/** Java 21 or newer. */
public final class Java21 implements BooleanSupplier {

    public static final String NAME = "java21";

    @Override
    public boolean getAsBoolean() {
        return Runtime.version().feature() >= 21;
    }
}
