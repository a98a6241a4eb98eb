package io.elasticjob.gateway;

import io.elasticjob.ElasticJobEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.event.EventListener;

/** A scheduler node as a process of its own, to be killed. Writes down what it knows to have ended, and who attached. */
@SpringBootConfiguration
@EnableAutoConfiguration
class GatewayProcess {

    private final Path ledger;
    private final String node;

    GatewayProcess(@Value("${test.ledger}") Path ledger, @Value("${server.port}") String node) {
        this.ledger = ledger;
        this.node = node;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(GatewayProcess.class, arguments);
    }

    @EventListener
    void on(ElasticJobEvent.ExecutionEnded ended) {
        write(
                "ended",
                ended.execution() + " " + ended.start().fencingToken() + " "
                        + ended.outcome().name());
    }

    @EventListener
    void on(WorkerEvent.Attached attached) {
        write("attached", attached.worker() + " " + attached.adopted());
    }

    private void write(String what, String rest) {
        try {
            Files.write(
                    ledger,
                    (what + " " + node + " " + rest + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
