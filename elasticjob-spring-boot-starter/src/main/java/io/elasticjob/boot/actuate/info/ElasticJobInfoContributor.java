package io.elasticjob.boot.actuate.info;

import io.elasticjob.Instance;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.registry.RegistryLocation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Under {@code elasticjob}: version of this library (where its jar tells), namespace, registry, application, name of the instance, and
 * the names of the jobs that are declared here. What does not change while the process lives; how it is doing, its health
 * tells. Says nothing where there is no engine.
 */
public final class ElasticJobInfoContributor implements InfoContributor {

    private final Supplier<Optional<JobEngine>> engine;

    /** @param engine empty where there is none; never blocks */
    public ElasticJobInfoContributor(Supplier<Optional<JobEngine>> engine) {
        this.engine = engine;
    }

    @Override
    public void contribute(Info.Builder builder) {
        engine.get().ifPresent(present -> builder.withDetail("elasticjob", details(present)));
    }

    private static Map<String, Object> details(JobEngine engine) {
        Map<String, Object> details = new LinkedHashMap<>();
        String version = JobEngine.class.getPackage().getImplementationVersion();
        if (version != null) {
            details.put("version", version);
        }
        Instance self = engine.self();
        details.put("namespace", engine.namespaceName());
        RegistryLocation registry = engine.registryLocation();
        details.put("registry", Map.of("address", registry.address(), "embedded", registry.embedded()));
        details.put("application", self.application());
        details.put("instanceName", self.name());
        details.put("jobs", self.declares().stream().sorted().toList());
        return details;
    }
}
