package io.elasticjob.boot.faults;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** An application that is steered over HTTP. It writes down its port, and what runs: execution, parameter, instance. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class SteeredApplication {

    static final String SLOW = "slow";
    static final String TOLD = "was told: ";

    private final String name;
    private final Path ledger;
    private final Path port;

    SteeredApplication(
            @Value("${elasticjob.instance.name}") String name,
            @Value("${ledger}") Path ledger,
            @Value("${port}") Path port) {
        this.name = name;
        this.ledger = ledger;
        this.port = port;
    }

    public static void main(String[] args) {
        new SpringApplicationBuilder(SteeredApplication.class)
                .web(WebApplicationType.SERVLET)
                .run(args);
    }

    @EventListener
    void serves(WebServerInitializedEvent event) throws IOException {
        Path whole = port.resolveSibling(port.getFileName() + ".new");
        Files.writeString(whole, String.valueOf(event.getWebServer().getPort()));
        Files.move(whole, port, StandardCopyOption.ATOMIC_MOVE);
    }

    @ElasticJob(name = "by-hand", shardingTotalCount = 3, failover = true)
    void byHand(ShardingContext context) throws IOException, InterruptedException {
        write(context, context.jobParameter());
        if (context.jobParameter().equals(SLOW) && context.attempt() == 1) {
            try {
                new CountDownLatch(1).await(60, TimeUnit.SECONDS);
            } catch (InterruptedException told) {
                write(context, TOLD + context.cancellation().orElseThrow().text());
                throw told;
            }
        }
    }

    private void write(ShardingContext context, String what) throws IOException {
        String line = context.executionId() + " " + what + " " + name + "\n";
        Files.writeString(ledger, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
