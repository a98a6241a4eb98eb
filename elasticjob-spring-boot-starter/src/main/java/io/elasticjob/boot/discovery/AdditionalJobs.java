package io.elasticjob.boot.discovery;

import java.util.List;

/** Jobs that are declared in another way than by an annotation of this project. */
@FunctionalInterface
public interface AdditionalJobs {

    /** All of them; asked once, when jobs are looked for. */
    List<AnnotatedJob> find();
}
