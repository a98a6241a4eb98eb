package io.elasticjob.testing.machine;

import java.util.Locale;
import java.util.function.BooleanSupplier;

/** A system whose processes can be stopped and continued by signals. */
public final class Signals implements BooleanSupplier {

    public static final String NAME = "signals";

    @Override
    public boolean getAsBoolean() {
        return !System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
    }
}
