package io.elasticjob.test.autoconfigure.shop;

import io.elasticjob.boot.ElasticJob;
import org.springframework.stereotype.Component;

/** Shows by a method alone that it declares a job. */
@Component
public class Reports {

    @ElasticJob(every = "1d")
    void daily() {}
}
