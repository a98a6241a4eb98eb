package io.elasticjob.boot;

import io.elasticjob.Misfire;
import io.elasticjob.OnSessionLoss;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/**
 * Makes a job of a bean that implements {@link io.elasticjob.SimpleJob}, or of a method of any bean. Each shard of each
 * firing runs on exactly one of the live instances of the application.
 *
 * <p>On a class, or on the {@code @Bean} method that makes the bean, the job is named like the bean. On a method it is
 * named {@code bean-method}; the method returns nothing and takes a {@link io.elasticjob.ShardingContext}, or nothing
 * when there is one shard. It is called through the bean's proxy, so that transactions and other advice apply.
 *
 * <p>{@code ${…}} is resolved in every string. Whatever is left out can be set by {@code elasticjob.jobs.<name>.<key>},
 * and whatever is set here is overridden there, key by key. The bean has to be one that lives as long as the
 * application: a prototype is refused. A lazy one is made when its job runs first; its definition has to show the class
 * with the annotation, or an interface that extends {@link io.elasticjob.SimpleJob}.
 *
 * <p>Can stand on annotations of your own, with {@link AliasFor}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ElasticJob {

    /** The same as {@link #name()}. */
    @AliasFor("name")
    String value() default "";

    /** Name of the job, unique in the namespace; made from bean and method, when not set. */
    @AliasFor("value")
    String name() default "";

    /** When it fires: Quartz syntax, 6 or 7 fields; {@code -} means never. Not beside {@link #every()}. */
    String cron() default "";

    /** When it fires: a fixed rate, aligned to the epoch, such as {@code 30s}. Not beside {@link #cron()}. */
    String every() default "";

    /** When it fires: once, at this instant, such as {@code 2027-01-01T00:00:00Z}. */
    String at() default "";

    /** Time zone of {@link #cron()}, such as {@code Europe/Berlin}; the system's, when not set. */
    String zone() default "";

    /** Into how many shards each firing is split. */
    int shardingTotalCount() default 1;

    /** A parameter for some or all of the shards: {@code 0=Beijing,1=Shanghai}. */
    String shardingItemParameters() default "";

    /** A parameter for all shards. */
    String jobParameter() default "";

    /**
     * Which instance should run which shard: {@code average}, {@code odevity}, {@code round-robin}, {@code sticky} or
     * the name of a {@link io.elasticjob.sharding.ShardingStrategy} bean; {@code average}, when not set.
     */
    String shardingStrategy() default "";

    /** Whether each execution is claimed and recorded; without it there is no exclusivity, failover, fencing or checkpoint. */
    boolean monitorExecution() default true;

    /** Whether a shard whose instance died while running it is run again at once, under the same firing. */
    boolean failover() default false;

    /** How often one firing of a shard may be run again by {@link #failover()}. */
    int failoverLimit() default 3;

    /** What becomes of a firing that could not start in time. */
    Misfire misfire() default Misfire.FIRE_ONCE;

    /** How late a firing may start without being a misfire, such as {@code 2m}; {@code 60s}, when not set. */
    String misfireThreshold() default "";

    /** What becomes of a running execution when its instance loses its session with the registry. */
    OnSessionLoss onSessionLoss() default OnSessionLoss.CANCEL;

    /** Whether a checkpoint outlives the firing that succeeded with it: for a job that goes on where the last firing ended. */
    boolean keepCheckpoint() default false;

    /** Whether it fires at all. */
    boolean enabled() default true;

    /** What an instance must carry to run it: {@code zone=eu,disk=ssd}. */
    String labels() default "";

    /** What it is for, in a few words. */
    String description() default "";
}
