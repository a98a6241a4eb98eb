package io.elasticjob.boot.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What becomes of methods with Spring's {@code @Scheduled}. */
@ConfigurationProperties("elasticjob.scheduled")
public class ElasticJobScheduledProperties {

    /**
     * Whether methods with Spring's '@Scheduled' run as jobs, once for all instances, instead of on each instance. They are
     * named after bean and method, and can be configured under 'elasticjob.jobs'. A method that cannot be a job fails the
     * start. Takes effect when the application is built, where it is processed ahead of time.
     */
    private boolean takeOver;

    /**
     * Methods that keep running on each instance, by class and method: 'PriceCache.refresh'. Only with
     * 'elasticjob.scheduled.take-over'.
     */
    private Set<String> keep = new LinkedHashSet<>();

    public boolean isTakeOver() {
        return takeOver;
    }

    public void setTakeOver(boolean takeOver) {
        this.takeOver = takeOver;
    }

    public Set<String> getKeep() {
        return keep;
    }

    public void setKeep(Set<String> keep) {
        this.keep = keep;
    }
}
