package io.elasticjob;

/** There is no job of this name in the namespace: the registry was asked, and said so. */
public class NoSuchJobException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoSuchJobException(String job) {
        super("There is no job \"" + job + "\" in this namespace");
    }
}
