package io.elasticjob.benchmarks.gateway;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.boot.JobEngineCustomizer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A scheduler node with as many jobs as {@code benchmark.jobs} says, each second, whose handler only workers offer. */
@SpringBootApplication
@RestController
public class GatewayApplication {

    private final Queue<String> started = new ConcurrentLinkedQueue<>();

    public static void main(String[] args) {
        SpringApplication.run(GatewayApplication.class, args);
    }

    @Bean
    JobEngineCustomizer manyJobs(@Value("${benchmark.jobs}") int jobs, @Value("${benchmark.shards}") int shards) {
        return engine -> {
            for (int i = 0; i < jobs; i++) {
                engine.job(JobDefinition.named("job-" + i)
                        .set(JobKey.HANDLER, "work")
                        .every(Duration.ofSeconds(1))
                        .shards(shards)
                        .build());
            }
        };
    }

    @EventListener
    void on(ElasticJobEvent.ExecutionStarted event) {
        started.add(event.execution() + "#" + event.fencingToken() + " "
                + event.fireTime().plus(event.lateness()));
    }

    /** Each execution that began, and when, in lines. */
    @GetMapping(path = "/benchmark/started", produces = "text/plain")
    String started() {
        return String.join("\n", started);
    }
}
