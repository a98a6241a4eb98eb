package io.elasticjob.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;

/** The history of executions in a database. */
@ConfigurationProperties("elasticjob.tracing.jdbc")
public class ElasticJobTracingJdbcProperties extends DatabaseInitializationProperties {

    private static final String DEFAULT_SCHEMA = "classpath:io/elasticjob/boot/history/schema-@@platform@@.sql";

    /**
     * Whether executions are written to a database: the DataSource bean that is marked for it, or else
     * the application's. The default is true where there is a marked one.
     */
    private @Nullable Boolean enabled;

    public @Nullable Boolean getEnabled() {
        return enabled;
    }

    public void setEnabled(@Nullable Boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public String getDefaultSchemaLocation() {
        return DEFAULT_SCHEMA;
    }
}
