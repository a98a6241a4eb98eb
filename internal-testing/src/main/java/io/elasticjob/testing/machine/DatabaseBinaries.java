package io.elasticjob.testing.machine;

import java.util.function.BooleanSupplier;

/** A machine for which there are binaries of databases among the dependencies. */
public final class DatabaseBinaries implements BooleanSupplier {

    public static final String NAME = "databases";

    @Override
    public boolean getAsBoolean() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
    }
}
