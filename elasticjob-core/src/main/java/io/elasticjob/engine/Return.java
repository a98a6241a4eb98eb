package io.elasticjob.engine;

/** As whom this process is back, after it has been connected again. */
enum Return {
    /** As the instance that it was: its session went on. */
    SAME_INSTANCE,
    /** As another one, while others may have taken every shard. */
    NEW_INSTANCE
}
