package io.elasticjob.registry;

/** One part of a {@link Registry#commit commit}. Versions are those of {@link Stat#version()}, never "any". */
public sealed interface Write {

    String path();

    /** Changes nothing; refused unless the node is there with this version. */
    record Check(String path, int version) implements Write {
        public Check {
            requireVersion(path, version);
        }
    }

    /** Refused when the node is there already, or its parent is not. */
    record Create(String path, byte[] data, Life life) implements Write {}

    /** Replaces the data; refused unless the node is there with this version. The only write that answers with a stat. */
    record Put(String path, byte[] data, int version) implements Write {
        public Put {
            requireVersion(path, version);
        }
    }

    /** Refused unless the node is there with this version and without children. */
    record Delete(String path, int version) implements Write {
        public Delete {
            requireVersion(path, version);
        }
    }

    private static void requireVersion(String path, int version) {
        if (version < 0) {
            throw new IllegalArgumentException(
                    path + ": " + version + " is not a version; there is no write that takes any");
        }
    }

    /** How long a created node lives. */
    enum Life {
        /** Until it is deleted. */
        PERSISTENT,
        /** Until it is deleted or the session that created it ends. */
        EPHEMERAL,
        /**
         * Until it is deleted; the path gets a suffix of ten digits, counting up for as long as the parent lives.
         */
        SEQUENTIAL
    }
}
