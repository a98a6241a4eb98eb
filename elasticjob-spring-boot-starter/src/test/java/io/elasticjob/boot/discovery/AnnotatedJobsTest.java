package io.elasticjob.boot.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ProbeKind;
import io.elasticjob.boot.UnusableJobException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.annotation.AliasFor;

class AnnotatedJobsTest {

    private static final ShardingContext CONTEXT =
            ShardingContext.builder().jobParameter("p").build();

    // ---- What carries it ----

    @ElasticJob(cron = "0 0 3 * * ?", misfire = Misfire.SKIP, failover = true, jobParameter = "${what:all}")
    static class Nightly implements SimpleJob {
        final List<String> seen = new ArrayList<>();

        @Override
        public void execute(ShardingContext context) {
            seen.add(context.jobParameter());
        }
    }

    @Test
    void aBeanIsAJobNamedLikeItWithTheSettingsThatWereGiven() {
        with(Nightly.class, context -> {
            Map<String, AnnotatedJob> jobs = jobs(context);
            AnnotatedJob job = jobs.values().iterator().next();

            assertThat(job.name()).isEqualTo(context.getBeanNamesForType(Nightly.class)[0]);
            assertThat(job.settings().keySet())
                    .containsExactly(JobKey.CRON, JobKey.JOB_PARAMETER, JobKey.FAILOVER, JobKey.MISFIRE);
            assertThat(job.settings().get(JobKey.JOB_PARAMETER).value()).isEqualTo("all");
            assertThat(job.settings().get(JobKey.MISFIRE).value()).isEqualTo("SKIP");
        });
    }

    static class Settings {
        @ElasticJob(settings = {"probeTimeout = ${slow:20s}", "probe-variables=region=eu,names=\"a,b\""})
        void fits() {}
    }

    static class NoSetting {
        @ElasticJob(settings = "s3cret")
        void wrong() {}
    }

    static class NoKey {
        @ElasticJob(settings = "probeTimout=20s")
        void wrong() {}
    }

    static class KeyOfAllJobs {
        @ElasticJob(settings = "job-parameter=s3cret")
        void wrong() {}
    }

    static class SetTwice {
        @ElasticJob(settings = {"probeTimeout=20s", "probe-timeout=30s"})
        void wrong() {}
    }

    @Test
    void settingsThatAKindOfHandlersBringsAreWrittenAsKeyAndValue() {
        with(Settings.class, context -> {
            AnnotatedJob job = jobs(context).values().iterator().next();

            assertThat(job.settings()).containsOnlyKeys(ProbeKind.TIMEOUT, ProbeKind.VARIABLES);
            assertThat(job.settings().get(ProbeKind.TIMEOUT).value()).isEqualTo("20s");
            assertThat(job.settings().get(ProbeKind.VARIABLES).value()).isEqualTo("region=eu,names=\"a,b\"");
        });
    }

    static Stream<Arguments> settingsThatCannotBeMeantAreRefused() {
        return Stream.of(
                arguments(NoSetting.class, "\"(6 characters, not shown)\" is no setting: write key=value"),
                arguments(NoKey.class, "\"probeTimout\" is no key of a job; did you mean \"probeTimeout\"?"),
                arguments(
                        KeyOfAllJobs.class,
                        "\"job-parameter\" has an attribute of its own: write @ElasticJob(jobParameter = …)"),
                arguments(SetTwice.class, "\"probe-timeout\" is set twice"));
    }

    @ParameterizedTest
    @MethodSource
    void settingsThatCannotBeMeantAreRefused(Class<?> bean, String rule) {
        with(
                bean,
                context -> assertThatExceptionOfType(InvalidSettingException.class)
                        .isThrownBy(() -> jobs(context))
                        .withMessageStartingWith("@ElasticJob(settings) on method ")
                        .withMessageContaining(rule)
                        .withMessageNotContaining("s3cret"));
    }

    static class Shop {
        final List<String> seen = new ArrayList<>();

        @ElasticJob(every = "5s")
        void sync(ShardingContext context) {
            seen.add("sync " + context.jobParameter());
        }

        @ElasticJob("tidy-up")
        protected void tidy() {
            seen.add("tidy");
        }

        @ElasticJob
        public void fail() throws java.io.IOException {
            throw new java.io.IOException("disk");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ShopConfiguration {
        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    @Test
    void aMethodIsAJobNamedAfterBeanAndMethodAndThrowsWhatItThrows() {
        with(ShopConfiguration.class, context -> {
            Map<String, AnnotatedJob> jobs = jobs(context);

            assertThat(jobs).containsOnlyKeys("shop-sync", "tidy-up", "shop-fail");
            run(jobs.get("shop-sync"));
            run(jobs.get("tidy-up"));
            assertThat(context.getBean(Shop.class).seen).containsExactly("sync p", "tidy");
            assertThatExceptionOfType(java.io.IOException.class)
                    .isThrownBy(() -> jobs.get("shop-fail").handler().execute(CONTEXT))
                    .withMessage("disk");
        });
    }

    @ElasticJob(shardingTotalCount = 4)
    @Retention(RetentionPolicy.RUNTIME)
    @interface FourShards {
        @AliasFor(annotation = ElasticJob.class, attribute = "every")
        String rate();
    }

    @FourShards(rate = "10s")
    static class Composed extends Nightly {}

    @Test
    void anAnnotationOfTheUsersOwnWorksAsWell() {
        with(Composed.class, context -> {
            AnnotatedJob job = jobs(context).values().iterator().next();

            assertThat(job.settings().get(JobKey.EVERY).value()).isEqualTo("10s");
            assertThat(job.settings().get(JobKey.SHARDING_TOTAL_COUNT).value()).isEqualTo("4");
            assertThat(job.settings()).doesNotContainKey(JobKey.CRON);
        });
    }

    static class Reports {
        final List<String> seen = new ArrayList<>();

        @ElasticJob(name = "hourly-report", every = "1h", jobParameter = "hour")
        @ElasticJob(name = "nightly-report", cron = "@daily", zone = "UTC", jobParameter = "night")
        void report(ShardingContext context) {
            seen.add("report");
        }
    }

    @ElasticJob(name = "copy-a", jobParameter = "a")
    @ElasticJob(name = "copy-b", jobParameter = "b")
    static class Copies extends Nightly {}

    @ElasticJob(name = "own")
    @FourShards(rate = "10s")
    static class Mixed extends Copies {}

    @Configuration(proxyBeanMethods = false)
    static class SeveralOfOneBean {
        @Bean
        @ElasticJob(value = "east", every = "5s")
        @ElasticJob(value = "west", every = "7s")
        SimpleJob lambda() {
            return context -> {};
        }
    }

    @Test
    void severalAnnotationsAreAJobEachOfOneHandler() {
        with(Reports.class, context -> {
            Map<String, AnnotatedJob> jobs = jobs(context);

            assertThat(jobs).containsOnlyKeys("hourly-report", "nightly-report");
            assertThat(jobs.get("hourly-report").settings().get(JobKey.EVERY).value())
                    .isEqualTo("1h");
            assertThat(jobs.get("nightly-report").settings())
                    .containsKey(JobKey.CRON)
                    .doesNotContainKey(JobKey.EVERY);
            jobs.values().forEach(AnnotatedJobsTest::run);
            assertThat(context.getBean(Reports.class).seen).hasSize(2);
            assertThat(new AnnotatedJobs(context.getBeanFactory()).methods()).hasSize(1);
        });
        with(Copies.class, context -> assertThat(jobs(context)).containsOnlyKeys("copy-a", "copy-b"));
        with(SeveralOfOneBean.class, context -> {
            assertThat(jobs(context)).containsOnlyKeys("east", "west");
            assertThat(new AnnotatedJobs(context.getBeanFactory()).beanMethods())
                    .hasSize(1);
        });
    }

    @Test
    void whatStandsOnAClassReplacesWhatStandsOnTheOneThatItExtends() {
        with(Mixed.class, context -> assertThat(jobs(context)).hasSize(2).containsKey("own"));
    }

    /** A configuration that was not loaded yet is read from its bytes. */
    @Test
    void severalAnnotationsAreFoundInBytesAsWell() throws java.io.IOException {
        var read = new org.springframework.core.type.classreading.SimpleMetadataReaderFactory()
                .getMetadataReader(SeveralOfOneBean.class.getName());
        var method = read.getAnnotationMetadata()
                .getAnnotatedMethods(Bean.class.getName())
                .iterator()
                .next();

        assertThat(Declarations.in(method.getAnnotations()))
                .extracting(annotation -> annotation.getString("name"))
                .containsExactly("east", "west");
    }

    @Test
    void severalAnnotationsWithoutNamesOfTheirOwnAreRefused() {
        with(
                TwiceWithoutNames.class,
                context -> assertThatExceptionOfType(InvalidSettingException.class)
                        .isThrownBy(() -> DeclaredJobs.of(
                                new AnnotatedJobs(context.getBeanFactory()).find(),
                                Map.of(),
                                new DeclaredJobs.Surroundings(
                                        java.util.Set.of("average"), java.time.Duration.ofSeconds(1), List.of())))
                        .withMessageContaining("is the name of another job as well"));
    }

    @ElasticJob(every = "1s")
    @ElasticJob(every = "2s")
    static class TwiceWithoutNames extends Nightly {}

    @Configuration(proxyBeanMethods = false)
    static class FactoryMethods {
        @Bean
        @ElasticJob(every = "5s")
        SimpleJob lambda() {
            return context -> {};
        }

        @Bean
        SimpleJob behindInterface() {
            return new Nightly();
        }
    }

    @Test
    void theAnnotationCanStandOnABeanMethodAndIsSeenBehindAnInterface() {
        with(FactoryMethods.class, context -> assertThat(jobs(context)).containsOnlyKeys("lambda", "behindInterface"));
    }

    @ElasticJob(name = "report", every = "5s")
    static class Report implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    /** The same job after its class was given another name. */
    @ElasticJob(name = "report", every = "5s")
    static class NightlyReport extends Report {}

    @Test
    void aClassThatWasRenamedIsTheSameJobInItsName() {
        with(
                Report.class,
                before -> with(NightlyReport.class, after -> {
                    assertThat(jobs(after)).containsOnlyKeys("report");
                    assertThat(jobs(after).get("report").settings())
                            .isEqualTo(jobs(before).get("report").settings())
                            .as("another instance has to offer a handler of this name only")
                            .doesNotContainKey(JobKey.HANDLER);
                }));
    }

    // ---- Proxies ----

    interface Ledger {
        void post(ShardingContext context);
    }

    static class BookLedger implements Ledger {
        final List<String> seen = new ArrayList<>();

        @Override
        @ElasticJob
        public void post(ShardingContext context) {
            seen.add("posted");
        }
    }

    static class Advised {
        static final ThreadLocal<Integer> CALLS = ThreadLocal.withInitial(() -> 0);

        static BeanNameAutoProxyCreator proxies(boolean byClass) {
            BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
            creator.setBeanNames("ledger", "shop", "nightly");
            creator.setProxyTargetClass(byClass);
            creator.setInterceptorNames("counting");
            return creator;
        }

        @Bean
        static MethodInterceptor counting() {
            return invocation -> {
                CALLS.set(CALLS.get() + 1);
                return invocation.proceed();
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class JdkProxies extends Advised {
        @Bean
        static BeanNameAutoProxyCreator proxies() {
            return proxies(false);
        }

        @Bean
        BookLedger ledger() {
            return new BookLedger();
        }

        @Bean
        Nightly nightly() {
            return new Nightly();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CglibProxies extends Advised {
        @Bean
        static BeanNameAutoProxyCreator proxies() {
            return proxies(true);
        }

        @Bean
        Shop shop() {
            return new Shop();
        }

        @Bean
        BookLedger ledger() {
            return new BookLedger();
        }

        @Bean
        Nightly nightly() {
            return new Nightly();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {JdkProxies.class, CglibProxies.class})
    void adviceAppliesToBeansAndMethods(Class<?> configuration) {
        with(configuration, context -> {
            Map<String, AnnotatedJob> jobs = jobs(context);
            for (String name : List.of("ledger-post", "nightly")) {
                Advised.CALLS.set(0);
                run(jobs.get(name));
                assertThat(Advised.CALLS.get()).as(name).isEqualTo(1);
            }
        });
    }

    @Test
    void adviceAppliesToMethodsThatAreNotPublic() {
        with(CglibProxies.class, context -> {
            Advised.CALLS.set(0);
            run(jobs(context).get("shop-sync"));
            assertThat(Advised.CALLS.get()).isEqualTo(1);
        });
    }

    interface Other {
        void other();
    }

    static class Hidden implements Other {
        @Override
        public void other() {}

        @ElasticJob
        public void work() {}
    }

    static class HiddenBehindProxy extends Advised {
        @Bean
        static BeanNameAutoProxyCreator proxies() {
            return proxies(false);
        }

        @Bean
        Hidden shop() {
            return new Hidden();
        }
    }

    @Test
    void aMethodThatTheProxyDoesNotHaveIsRefused() {
        refused(HiddenBehindProxy.class, "Hidden.work() of bean \"shop\"", "not in any interface of the bean's proxy");
    }

    static class Final {
        @ElasticJob
        public final void work() {}
    }

    static class FinalBehindProxy extends Advised {
        @Bean
        static BeanNameAutoProxyCreator proxies() {
            return proxies(true);
        }

        @Bean
        Final shop() {
            return new Final();
        }
    }

    @Test
    void aFinalMethodBehindAClassProxyIsRefused() {
        refused(FinalBehindProxy.class, "Final.work() of bean \"shop\"", "is final");
    }

    // ---- Life of beans ----

    @Configuration(proxyBeanMethods = false)
    static class LazyBeans {
        @Bean
        @Lazy
        Nightly lazy() {
            return new Nightly();
        }

        @Bean
        @Lazy
        FactoryBean<Shop> made() {
            throw new AssertionError("a factory made for nothing");
        }
    }

    @Test
    void aLazyBeanIsAJobAndIsMadeWhenItRuns() {
        with(LazyBeans.class, context -> {
            AnnotatedJob job = jobs(context).get("lazy");
            assertThat(context.getBeanFactory().containsSingleton("lazy")).isFalse();

            run(job);

            assertThat(context.getBeanFactory().containsSingleton("lazy")).isTrue();
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedBeans {
        @Bean
        static org.springframework.beans.factory.config.CustomScopeConfigurer scopes() {
            var scopes = new org.springframework.beans.factory.config.CustomScopeConfigurer();
            scopes.addScope("thread", new org.springframework.context.support.SimpleThreadScope());
            return scopes;
        }

        @Bean
        @Scope(value = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Shop shop() {
            return new Shop();
        }
    }

    @Test
    void aScopedBeanIsCalledThroughItsProxy() {
        with(ScopedBeans.class, context -> {
            Map<String, AnnotatedJob> jobs = jobs(context);
            assertThat(jobs).containsOnlyKeys("shop-sync", "tidy-up", "shop-fail");
            run(jobs.get("tidy-up"));
            assertThat(context.getBean("scopedTarget.shop", Shop.class).seen).containsExactly("tidy");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeBeans {
        @Bean
        @Scope("prototype")
        Nightly nightly() {
            return new Nightly();
        }
    }

    @Test
    void aPrototypeIsRefusedByName() {
        refused(PrototypeBeans.class, "The bean \"nightly\"", "scope \"prototype\"");
    }

    // ---- What cannot be a job ----

    static class PrivateMethod {
        @ElasticJob
        private void work() {}
    }

    static class StaticMethod {
        @ElasticJob
        static void work() {}
    }

    static class ReturningMethod {
        @ElasticJob
        int work() {
            return 1;
        }
    }

    static class WrongParameter {
        @ElasticJob
        void work(String text) {}
    }

    static class TooManyParameters {
        @ElasticJob
        void work(ShardingContext context, String text) {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                PrivateMethod.class,
                StaticMethod.class,
                ReturningMethod.class,
                WrongParameter.class,
                TooManyParameters.class
            })
    void aMethodThatNoJobCanBeIsRefusedByName(Class<?> type) {
        refused(type, "The method " + type.getName() + ".work(", "carries @ElasticJob and ");
    }

    @ElasticJob
    static class NotAJob {}

    @Test
    void aClassThatIsNoJobIsRefused() {
        refused(NotAJob.class, "NotAJob", "does not implement io.elasticjob.SimpleJob");
    }

    @ElasticJob(cron = "${nowhere}")
    static class Unresolvable extends Nightly {}

    @Test
    void aPlaceholderThatNobodySetsIsToldWithItsAttribute() {
        with(
                Unresolvable.class,
                context -> assertThatExceptionOfType(InvalidSettingException.class)
                        .isThrownBy(() -> jobs(context))
                        .withMessageContaining("@ElasticJob(cron)")
                        .withMessageContaining("\"${nowhere}\"")
                        .withMessageContaining("Unresolvable"));
    }

    private static void refused(Class<?> configuration, String... words) {
        with(configuration, context -> {
            var refusal = assertThatExceptionOfType(UnusableJobException.class).isThrownBy(() -> jobs(context));
            Stream.of(words).forEach(refusal::withMessageContaining);
        });
    }

    private static void run(AnnotatedJob job) {
        try {
            job.handler().execute(CONTEXT);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private static Map<String, AnnotatedJob> jobs(AnnotationConfigApplicationContext context) {
        return new AnnotatedJobs(context.getBeanFactory())
                .find().stream().collect(Collectors.toMap(AnnotatedJob::name, job -> job));
    }

    private static void with(Class<?> configuration, Consumer<AnnotationConfigApplicationContext> test) {
        try (var context = new AnnotationConfigApplicationContext()) {
            context.register(configuration);
            context.addBeanFactoryPostProcessor(beans -> {
                if (!beans.hasEmbeddedValueResolver()) {
                    beans.addEmbeddedValueResolver(context.getEnvironment()::resolveRequiredPlaceholders);
                }
            });
            context.refresh();
            test.accept(context);
        }
    }
}
