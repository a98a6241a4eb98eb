package io.elasticjob.testing.machine;

import java.util.function.BooleanSupplier;

/** The user who may give files to others. */
public final class Root implements BooleanSupplier {

    public static final String NAME = "root";

    @Override
    public boolean getAsBoolean() {
        return System.getProperty("user.name").equals("root");
    }
}
