package io.elasticjob.boot.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What the endpoint shows of values, as Spring Boot's own endpoints have it. */
@ConfigurationProperties("management.endpoint.elasticjob")
public class ElasticJobEndpointProperties {

    /** When to show the parameters of jobs and shards. */
    private Show showValues = Show.NEVER;

    /** Roles of users who are authorized to see them. If empty, all authenticated users are. */
    private Set<String> roles = new LinkedHashSet<>();

    public Show getShowValues() {
        return showValues;
    }

    public void setShowValues(Show value) {
        showValues = value;
    }

    public Set<String> getRoles() {
        return roles;
    }

    public void setRoles(Set<String> value) {
        roles = value;
    }
}
