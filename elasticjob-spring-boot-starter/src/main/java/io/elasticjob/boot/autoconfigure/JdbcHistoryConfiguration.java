package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.history.ExecutionHistorySchema;
import io.elasticjob.boot.history.JdbcAudit;
import io.elasticjob.boot.history.JdbcExecutionHistory;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.MemoryExecutionHistory;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;

/** A history in a database, where one is named for it: no application gets a table that it has not asked for. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({JdbcTemplate.class, DatabaseInitializationProperties.class})
@ConditionalOnMissingBean(ExecutionHistory.class)
@EnableConfigurationProperties(ElasticJobHistoryJdbcProperties.class)
class JdbcHistoryConfiguration {

    static final String ENABLED = "elasticjob.history.jdbc.enabled";

    @Bean
    @Lazy
    ExecutionHistory elasticJobExecutionHistory(
            @ElasticJobDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> applications,
            ElasticJobHistoryJdbcProperties jdbc,
            ElasticJobHistoryProperties kept,
            ElasticJobProperties properties,
            Environment environment) {
        return dataSource(jdbc.getEnabled(), marked, applications)
                .<ExecutionHistory>map(dataSource -> new JdbcExecutionHistory(
                        dataSource,
                        ElasticJobAutoConfiguration.namespace(properties, environment),
                        new ExecutionHistorySchema(dataSource, jdbc)))
                .orElseGet(() -> new MemoryExecutionHistory(kept.getMemory().getCapacity()));
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    Audit elasticJobAudit(
            @ElasticJobDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> applications,
            ElasticJobHistoryJdbcProperties jdbc,
            ElasticJobHistoryProperties kept,
            ElasticJobProperties properties,
            Environment environment) {
        return dataSource(jdbc.getEnabled(), marked, applications)
                .map(dataSource -> new Audit(
                        new JdbcAudit(
                                dataSource,
                                ElasticJobAutoConfiguration.namespace(properties, environment),
                                new ExecutionHistorySchema(dataSource, jdbc)),
                        kept.getRetention().getAuditMaxAge()))
                .orElseGet(() -> new Audit(null, kept.getRetention().getAuditMaxAge()));
    }

    private static Optional<DataSource> dataSource(
            @Nullable Boolean enabled, ObjectProvider<DataSource> marked, ObjectProvider<DataSource> applications) {
        if (Boolean.FALSE.equals(enabled)) {
            return Optional.empty();
        }
        DataSource named = marked.getIfAvailable();
        if (named != null || enabled == null) {
            return Optional.ofNullable(named);
        }
        try {
            return Optional.of(Optional.ofNullable(applications.getIfAvailable())
                    .orElseThrow(() -> new InvalidSettingException(
                            ENABLED, "true", "needs a DataSource, and there is none: set spring.datasource.url")));
        } catch (NoUniqueBeanDefinitionException several) {
            throw new InvalidSettingException(
                    ENABLED,
                    "true",
                    "cannot choose among the data sources " + several.getBeanNamesFound()
                            + ": mark the one to use with @ElasticJobDataSource, or one as @Primary");
        }
    }
}
