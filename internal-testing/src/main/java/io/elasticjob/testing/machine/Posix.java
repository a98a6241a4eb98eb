package io.elasticjob.testing.machine;

import java.nio.file.FileSystems;
import java.util.function.BooleanSupplier;

/** A file system that knows owners and modes. */
public final class Posix implements BooleanSupplier {

    public static final String NAME = "posix";

    @Override
    public boolean getAsBoolean() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }
}
