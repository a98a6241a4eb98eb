package io.elasticjob;

/**
 * There is no job of this name in the namespace. ZooKeeper was asked, and has none.
 *
 * @since 0.1.0
 */
public class NoSuchJobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoSuchJobException(String job) {
        super("There is no job \"" + job + "\" in this namespace");
    }
}
