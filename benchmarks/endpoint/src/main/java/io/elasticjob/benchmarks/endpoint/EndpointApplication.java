package io.elasticjob.benchmarks.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.JobEngineCustomizer;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * A web application with as many jobs as {@code benchmark.jobs} says, of {@code benchmark.shards} shards, which all have the same
 * handler. The first {@code benchmark.busy} of them fire each second, all others never.
 */
@SpringBootApplication
public class EndpointApplication {

    public static void main(String[] args) {
        SpringApplication.run(EndpointApplication.class, args);
    }

    @Bean
    JobEngineCustomizer manyJobs(
            @Value("${benchmark.jobs}") int jobs,
            @Value("${benchmark.shards:3}") int shards,
            @Value("${benchmark.busy:0}") int busy) {
        return engine -> {
            for (int i = 0; i < jobs; i++) {
                engine.job(JobDefinition.named("job-" + i)
                        .set(JobKey.HANDLER, "nothing")
                        .every(i < busy ? Duration.ofSeconds(1) : Duration.ofDays(365))
                        .shards(shards)
                        .build());
            }
        };
    }

    /** The handler of all of them. */
    @Bean
    Nothing nothing() {
        return new Nothing();
    }

    /** Does nothing. */
    @ElasticJob
    static class Nothing implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {}
    }
}
