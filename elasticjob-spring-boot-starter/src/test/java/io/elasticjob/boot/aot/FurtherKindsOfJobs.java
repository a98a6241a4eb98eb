package io.elasticjob.boot.aot;

import io.elasticjob.FiringListener;
import io.elasticjob.ShardPlanner;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.aot.AheadOfTimeApplication.EverySecond;
import io.elasticjob.boot.aot.AheadOfTimeApplication.Ledger;
import io.elasticjob.boot.aot.AheadOfTimeApplication.Writing;
import java.util.List;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Jobs that a class which Spring enhances carries, that others find by the names of their beans, and that nobody annotates. */
@Configuration
@EnableScheduling
@ElasticJob(name = "scripted", every = "1s", settings = "script=note")
@Import({
    FurtherKindsOfJobs.Twice.class,
    FurtherKindsOfJobs.Composed.class,
    FurtherKindsOfJobs.OfContexts.class,
    FurtherKindsOfJobs.LazyMethods.class,
    FurtherKindsOfJobs.OfRecord.class,
    FurtherKindsOfJobs.Made.class,
    FurtherKindsOfJobs.Ticking.class,
    FurtherKindsOfJobs.Supplied.class,
    FurtherKindsOfJobs.Handled.class
})
class FurtherKindsOfJobs {

    private final Ledger ledger;

    FurtherKindsOfJobs(Ledger ledger) {
        this.ledger = ledger;
    }

    @ElasticJob(name = "on-configuration", every = "1s")
    void onConfiguration() {
        ledger.write("on-configuration");
    }

    @Bean
    @ConditionalOnProperty("ledger")
    @ElasticJob(name = "conditional-bean", every = "1s")
    SimpleJob conditional() {
        return AheadOfTimeApplication.writing(ledger);
    }

    @Bean
    @ElasticJob(name = "planned", every = "1s", planner = "parts")
    SimpleJob planned() {
        return context -> {
            if (context.shardingParameter().equals("b")) {
                ledger.write("planned");
            }
        };
    }

    @Bean
    ShardPlanner parts() {
        return firing -> List.of("a", "b");
    }

    @Bean
    @ElasticJob(name = "listened", every = "1s", firingListeners = "ears")
    SimpleJob listened() {
        return context -> {};
    }

    @Bean
    FiringListener ears() {
        return new FiringListener() {
            @Override
            public void afterFiring(End firing) {
                ledger.write("heard");
            }
        };
    }

    @Component
    @ElasticJob(name = "twice-1", every = "1s")
    @ElasticJob(name = "twice-2", every = "1s")
    static class Twice extends Writing<Ledger> {
        Twice(Ledger ledger) {
            super(ledger);
        }
    }

    @Component
    @EverySecond("composed-class")
    static class Composed extends Writing<Ledger> {
        Composed(Ledger ledger) {
            super(ledger);
        }
    }

    abstract static class Of<C> {
        @ElasticJob(name = "generic-method", every = "1s")
        public void work(C context) {
            write(context);
        }

        abstract void write(C context);
    }

    @Component
    static class OfContexts extends Of<ShardingContext> {
        private final Ledger ledger;

        OfContexts(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        void write(ShardingContext context) {
            ledger.write(context.jobName());
        }
    }

    @Lazy
    @Component
    static class LazyMethods {
        private final Ledger ledger;

        LazyMethods(Ledger ledger) {
            this.ledger = ledger;
        }

        @ElasticJob(name = "lazy-method", every = "1s")
        void work() {
            ledger.write("lazy-method");
        }
    }

    @Component
    @ElasticJob(name = "record", every = "1s")
    record OfRecord(Ledger ledger) implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {
            ledger.write(context.jobName());
        }
    }

    @ElasticJob(name = "component-factory", every = "1s")
    static class Product extends Writing<Ledger> {
        Product(Ledger ledger) {
            super(ledger);
        }
    }

    @Component
    static class Made implements FactoryBean<Product> {
        private final Ledger ledger;

        Made(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public Product getObject() {
            return new Product(ledger);
        }

        @Override
        public Class<?> getObjectType() {
            return Product.class;
        }
    }

    @Component
    static class Ticking {
        private final Ledger ledger;

        Ticking(Ledger ledger) {
            this.ledger = ledger;
        }

        @Scheduled(fixedRate = 1_000)
        void tick() {
            ledger.write("ticking-tick");
        }
    }

    static class Supplied implements BeanRegistrar {
        @Override
        public void register(BeanRegistry registry, Environment environment) {
            registry.registerBean(
                    "supplied",
                    SuppliedJob.class,
                    bean -> bean.supplier(context -> new SuppliedJob(context.bean(Ledger.class))));
        }
    }

    @ElasticJob(name = "supplied-bean", every = "1s")
    static class SuppliedJob extends Writing<Ledger> {
        SuppliedJob(Ledger ledger) {
            super(ledger);
        }
    }

    @Component
    static class Handled {
        private final Ledger ledger;

        Handled(Ledger ledger) {
            this.ledger = ledger;
        }

        @ElasticJob(name = "failing", every = "1s", errorHandler = "noting")
        void fail() {
            throw new IllegalStateException("as it is meant");
        }

        Ledger ledger() {
            return ledger;
        }
    }

    @Bean
    io.elasticjob.JobErrorHandler noting(Handled of) {
        return (context, failure) -> of.ledger().write("handled");
    }
}
