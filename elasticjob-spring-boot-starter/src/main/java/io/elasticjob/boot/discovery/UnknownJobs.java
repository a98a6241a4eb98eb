package io.elasticjob.boot.discovery;

/** What becomes of settings of a job that this application does not have. */
public enum UnknownJobs {
    /** The application does not start: most often, a name is misspelt. */
    FAIL,
    /** A warning names them: the bean may be there in other environments. */
    WARN
}
