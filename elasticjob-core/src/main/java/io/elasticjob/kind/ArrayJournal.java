package io.elasticjob.kind;

import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;

/** Takes down what an execution says that runs as an array of tasks. Called by one thread at a time; returns at once. */
public interface ArrayJournal {

    /** Nothing is taken down. */
    ArrayJournal NONE = context -> new Page() {
        @Override
        public void progressed(Progress progress) {}

        @Override
        public void wrote(String text) {}

        @Override
        public void end() {}
    };

    /** For an execution that begins, or goes on here. */
    Page open(ShardingContext context);

    /** What one execution says. */
    interface Page {

        /** So many tasks have ended. */
        void progressed(Progress progress);

        /** It stands so, which is told whenever it stands otherwise. */
        default void stands(ArrayRuns.Standing standing) {}

        /** What tasks have printed, in whole lines. */
        void wrote(String text);

        /** Nothing more comes. */
        void end();
    }
}
