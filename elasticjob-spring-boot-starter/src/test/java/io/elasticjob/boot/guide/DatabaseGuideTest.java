package io.elasticjob.boot.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJobDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;

/** As docs/guides/long-jobs.md and docs/operations/history.md show it. */
class DatabaseGuideTest {

    private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
            .setType(EmbeddedDatabaseType.H2)
            .generateUniqueName(true)
            .build();
    private final JdbcClient jdbc = JdbcClient.create(database);

    @AfterEach
    void closeDatabase() {
        database.shutdown();
    }

    private void write(ShardingContext context, long id, int balance) {
        int changed = jdbc.sql("""
            UPDATE account SET balance = :balance, token = :token
            WHERE id = :id AND (token IS NULL OR token <= :token)
            """)
                .param("balance", balance)
                .param("token", context.fencingToken())
                .param("id", id)
                .update();
        if (changed == 0) {
            throw new ShardLostException(
                    context + " was overtaken: account " + id + " has been written by a later execution");
        }
    }

    @Test
    void whoWasOvertakenDoesNotWrite() {
        jdbc.sql("CREATE TABLE account (id BIGINT PRIMARY KEY, balance INT, token BIGINT)")
                .update();
        jdbc.sql("INSERT INTO account (id, balance) VALUES (1, 0)").update();

        write(ShardingContext.builder().fencingToken(7).build(), 1, 70);
        write(ShardingContext.builder().fencingToken(7).build(), 1, 71);

        assertThatThrownBy(() -> write(ShardingContext.builder().fencingToken(5).build(), 1, 50))
                .isInstanceOf(ShardLostException.class);
        assertThat(jdbc.sql("SELECT balance FROM account").query(Integer.class).single())
                .isEqualTo(71);
    }

    @Configuration(proxyBeanMethods = false)
    static class Databases {

        @Bean(defaultCandidate = false) // beside the one that Spring Boot configures
        @ElasticJobDataSource // this one is for the history; nothing else is needed to have it there
        DataSource historyDataSource() {
            return new EmbeddedDatabaseBuilder()
                    .setType(EmbeddedDatabaseType.H2)
                    .generateUniqueName(true)
                    .build();
        }
    }

    @Test
    void theDatabaseOfTheHistoryIsNoDefault() {
        new ApplicationContextRunner().withUserConfiguration(Databases.class).run(context -> {
            assertThat(context.findAnnotationOnBean("historyDataSource", ElasticJobDataSource.class))
                    .isNotNull();
            assertThat(context.getBeanFactory().getBeanDefinition("historyDataSource"))
                    .isInstanceOfSatisfying(
                            AbstractBeanDefinition.class,
                            bean -> assertThat(bean.isDefaultCandidate()).isFalse());
        });
    }
}
