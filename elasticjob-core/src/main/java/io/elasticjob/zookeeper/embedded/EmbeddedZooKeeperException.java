package io.elasticjob.zookeeper.embedded;

import org.jspecify.annotations.Nullable;

/** The embedded ZooKeeper cannot be had. Says what is wrong and, apart from it, what can be done. */
public final class EmbeddedZooKeeperException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String wayOut;

    EmbeddedZooKeeperException(String problem, String wayOut, @Nullable Throwable cause) {
        super(problem + " " + wayOut, cause);
        this.problem = problem;
        this.wayOut = wayOut;
    }

    /** What is wrong: the key, the value and the rule. A sentence. */
    public String problem() {
        return problem;
    }

    /** What the user can do about it. A sentence. */
    public String wayOut() {
        return wayOut;
    }
}
