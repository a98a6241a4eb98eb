package badly.elasticjob.boot.discovery;

import badly.elasticjob.boot.autoconfigure.Composition;
import io.elasticjob.engine.JobEngine;

public record DiscoveryThatKnowsItsUser(Composition user, JobEngine engine) {}
