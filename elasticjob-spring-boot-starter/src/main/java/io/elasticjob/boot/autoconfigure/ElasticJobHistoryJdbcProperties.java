package io.elasticjob.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;

/** The history of executions in a database. */
@ConfigurationProperties("elasticjob.history.jdbc")
public class ElasticJobHistoryJdbcProperties extends DatabaseInitializationProperties {

    private static final String DEFAULT_SCHEMA = "classpath:io/elasticjob/boot/history/schema-@@platform@@.sql";

    /**
     * Whether to write executions to a database: to the DataSource bean annotated with @ElasticJobDataSource or, if
     * there is none, to the application's. The default is true if there is an annotated bean.
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
