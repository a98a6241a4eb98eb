package io.elasticjob.boot;

/**
 * A bean cannot be the job that it is said to be. Says what is wrong and, apart from it, what can be done.
 *
 * @since 0.1.0
 */
public final class UnusableJobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String wayOut;

    /**
     * @param problem what is wrong, naming the bean; a sentence
     * @param wayOut what the user can do about it; a sentence
     */
    public UnusableJobException(String problem, String wayOut) {
        super(problem + " " + wayOut);
        this.problem = problem;
        this.wayOut = wayOut;
    }

    public String problem() {
        return problem;
    }

    public String wayOut() {
        return wayOut;
    }
}
