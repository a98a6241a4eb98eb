package io.elasticjob.boot.discovery;

/** Hears how many items jobs work on that do so in batches. Called on the threads of executions, once for a batch. */
public interface ItemCounts {

    ItemCounts NONE = new ItemCounts() {
        @Override
        public void fetched(String job, int items) {}

        @Override
        public void processed(String job, int items) {}
    };

    void fetched(String job, int items);

    /** Items whose processing did not fail. */
    void processed(String job, int items);
}
