package io.elasticjob.boot.aot;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Jobs of every kind. Each run writes the name of its job as a line of a file, {@code ledger}. */
@Configuration
@EnableAutoConfiguration
@Import({
    AheadOfTimeApplication.OnClass.class,
    AheadOfTimeApplication.OnMethods.class,
    AheadOfTimeApplication.ThroughInterface.class,
    AheadOfTimeApplication.Imported.class,
    AheadOfTimeApplication.Inheriting.class,
    AheadOfTimeApplication.Registered.class,
    FurtherKindsOfJobs.class
})
class AheadOfTimeApplication {

    /** All that must run. */
    static final List<String> JOBS = List.of(
            "on-class",
            "on-method",
            "on-method-without-context",
            "on-interface-method",
            "static-bean",
            "instance-bean",
            "bean-with-parameters",
            "lazy-bean",
            "imported-bean",
            "composed-bean",
            "inherited-bean",
            "bean-of-interface",
            "scoped-bean",
            "generic-bean",
            "bean-of-factory",
            "bean-behind-interface",
            "registered-bean",
            "handler-in-properties",
            "on-configuration",
            "twice-1",
            "twice-2",
            "composed-class",
            "generic-method",
            "conditional-bean",
            "lazy-method",
            "record",
            "planned",
            "heard",
            "supplied-bean",
            "component-factory",
            "ticking-tick",
            "scripted",
            "handled");

    private final Environment environment;

    AheadOfTimeApplication(Environment environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        new SpringApplicationBuilder(AheadOfTimeApplication.class)
                .web(WebApplicationType.NONE)
                .run(args);
    }

    static SimpleJob writing(Ledger ledger) {
        return context -> ledger.write(context.jobName());
    }

    @Bean
    static Ledger ledger(Environment environment) {
        return new Ledger(environment);
    }

    @Bean
    @ElasticJob(name = "static-bean", every = "1s")
    static SimpleJob staticBean(Ledger ledger) {
        return writing(ledger);
    }

    @Bean
    @ElasticJob(name = "instance-bean", every = "1s")
    SimpleJob instanceBean() {
        return writing(new Ledger(environment));
    }

    @Bean
    @ElasticJob(name = "bean-with-parameters", every = "1s")
    SimpleJob withParameters(Ledger ledger, Environment environment) {
        return writing(ledger);
    }

    @Bean
    @Lazy
    @ElasticJob(name = "lazy-bean", every = "1s")
    SimpleJob lazy(Ledger ledger) {
        return writing(ledger);
    }

    @Bean
    @ElasticJob(name = "generic-bean", every = "1s")
    <T extends Ledger> Writing<T> generic(T ledger) {
        return new Writing<>(ledger);
    }

    @Bean
    @ElasticJob(name = "bean-of-factory", every = "1s")
    FactoryBean<Writing<Ledger>> factory(Ledger ledger) {
        return new FactoryBean<>() {
            @Override
            public Writing<Ledger> getObject() {
                return new Writing<>(ledger);
            }

            @Override
            public Class<?> getObjectType() {
                return Writing.class;
            }
        };
    }

    @Bean
    SimpleJob behindInterface(Ledger ledger) {
        return new Annotated(ledger);
    }

    @Bean
    static CustomScopeConfigurer scopes() {
        CustomScopeConfigurer scopes = new CustomScopeConfigurer();
        scopes.addScope("thread", new SimpleThreadScope());
        return scopes;
    }

    @Bean
    @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
    @ElasticJob(name = "scoped-bean", every = "1s")
    SimpleJob scoped(Ledger ledger) {
        return writing(ledger);
    }

    @Bean
    SimpleJob handler(Ledger ledger) {
        return writing(ledger);
    }

    static class Ledger {
        private final Path file;

        Ledger(Environment environment) {
            file = Path.of(environment.getRequiredProperty("ledger"));
        }

        void write(String job) {
            try {
                Files.writeString(file, job + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static class Writing<T extends Ledger> implements SimpleJob {
        private final T ledger;

        Writing(T ledger) {
            this.ledger = ledger;
        }

        @Override
        public void execute(ShardingContext context) {
            ledger.write(context.jobName());
        }
    }

    @ElasticJob(name = "bean-behind-interface", every = "1s")
    static class Annotated extends Writing<Ledger> {
        Annotated(Ledger ledger) {
            super(ledger);
        }
    }

    @Component
    @ElasticJob(name = "on-class", every = "1s")
    static class OnClass extends Writing<Ledger> {
        OnClass(Ledger ledger) {
            super(ledger);
        }
    }

    @Component
    static class OnMethods {
        private final Ledger ledger;

        OnMethods(Ledger ledger) {
            this.ledger = ledger;
        }

        @ElasticJob(name = "on-method", every = "1s", shardingTotalCount = 2)
        void work(ShardingContext context) {
            ledger.write(context.jobName());
        }

        @ElasticJob(name = "on-method-without-context", every = "1s")
        protected void tidy() {
            ledger.write("on-method-without-context");
        }
    }

    interface Posting {
        @ElasticJob(name = "on-interface-method", every = "1s")
        void post(ShardingContext context);
    }

    @Component
    static class ThroughInterface implements Posting {
        private final Ledger ledger;

        ThroughInterface(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public void post(ShardingContext context) {
            ledger.write(context.jobName());
        }
    }

    @ElasticJob
    @Retention(RetentionPolicy.RUNTIME)
    @interface EverySecond {
        @AliasFor(annotation = ElasticJob.class, attribute = "name")
        String value();

        @AliasFor(annotation = ElasticJob.class, attribute = "every")
        String rate() default "1s";
    }

    @Configuration(proxyBeanMethods = false)
    static class Imported {
        @Bean
        @ElasticJob(name = "imported-bean", every = "1s")
        SimpleJob imported(Ledger ledger) {
            return writing(ledger);
        }

        @Bean
        @EverySecond("composed-bean")
        SimpleJob composed(Ledger ledger) {
            return writing(ledger);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Inheriting extends InheritedBeans implements InheritedBeans.Offering {}

    static class Registered implements BeanRegistrar {
        @Override
        public void register(BeanRegistry registry, Environment environment) {
            registry.registerBean("registered", RegisteredJob.class);
        }
    }

    @ElasticJob(name = "registered-bean", every = "1s")
    static class RegisteredJob extends Writing<Ledger> {
        RegisteredJob(Ledger ledger) {
            super(ledger);
        }
    }
}
