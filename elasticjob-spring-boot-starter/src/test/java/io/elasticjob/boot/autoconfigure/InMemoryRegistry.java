package io.elasticjob.boot.autoconfigure;

import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.SystemTimekeeper;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** A registry that needs no server. */
@Configuration(proxyBeanMethods = false)
public class InMemoryRegistry {

    @Bean
    @Lazy
    SystemTimekeeper ensembleTime() {
        return new SystemTimekeeper();
    }

    @Bean
    @Lazy
    MemoryEnsemble ensemble(SystemTimekeeper time) {
        return new MemoryEnsemble(time);
    }

    @Bean
    @Lazy
    Registry memoryRegistry(MemoryEnsemble ensemble) {
        return ensemble.client(Duration.ofSeconds(15));
    }
}
