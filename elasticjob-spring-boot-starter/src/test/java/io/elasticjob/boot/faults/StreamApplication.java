package io.elasticjob.boot.faults;

import io.elasticjob.DataflowJob;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An application that streams the rows of a table, and writes down which rows each batch has processed. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class StreamApplication {

    static final int BATCH = 20;

    public static void main(String[] args) {
        new SpringApplicationBuilder(StreamApplication.class)
                .web(WebApplicationType.NONE)
                .run(args);
    }

    @Bean
    Rows rows(DataSource data, @Value("${elasticjob.instance.name}") String name) {
        return new Rows(JdbcClient.create(data), name);
    }

    @ElasticJob(
            every = "1s",
            shardingTotalCount = 4,
            failover = true,
            failoverLimit = 1000,
            keepCheckpoint = true,
            settings = "streaming=true")
    static class Rows implements DataflowJob<Long> {

        private final JdbcClient jdbc;
        private final String name;

        Rows(JdbcClient jdbc, String name) {
            this.jdbc = jdbc;
            this.name = name;
        }

        @Override
        public List<Long> fetch(ShardingContext context) {
            return jdbc.sql("SELECT id FROM work WHERE id > ? AND MOD(id, ?) = ? ORDER BY id LIMIT " + BATCH)
                    .params(
                            context.checkpoint().map(Long::parseLong).orElse(-1L),
                            context.shardingTotalCount(),
                            context.shardingItem())
                    .query(Long.class)
                    .list();
        }

        /** Row by row, each in a transaction of its own: an instance that dies has processed a part of its batch. */
        @Override
        public void process(ShardingContext context, List<Long> ids) {
            for (long id : ids) {
                jdbc.sql("INSERT INTO done (id, shard, batch, token, instance) VALUES (?, ?, ?, ?, ?)")
                        .params(id, context.shardingItem(), ids.get(0), context.fencingToken(), name)
                        .update();
            }
        }

        @Override
        public String position(List<Long> ids) {
            return String.valueOf(ids.get(ids.size() - 1));
        }
    }
}
