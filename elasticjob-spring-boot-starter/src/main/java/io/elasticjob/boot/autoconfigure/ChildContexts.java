package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.discovery.AnnotatedJob;
import io.elasticjob.boot.discovery.AnnotatedJobs;
import io.elasticjob.boot.properties.Switches;
import java.util.Optional;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Looks at the contexts above this one, and hears of those that are made below it. A job in one that has no job engine of its
 * own would silently never run: this context, or the one below, does not start.
 */
final class ChildContexts implements ApplicationListener<ContextRefreshedEvent>, SmartInitializingSingleton {

    private final ApplicationContext own;

    ChildContexts(ApplicationContext own) {
        this.own = own;
    }

    /** @throws UnusableJobException naming the first job above that nobody would run */
    @Override
    public void afterSingletonsInstantiated() {
        for (ApplicationContext above = own.getParent(); above != null; above = above.getParent()) {
            ApplicationContext without = above;
            if (!hasEngine(above) && !isSwitchedOff(above)) {
                firstJob(above).ifPresent(job -> {
                    throw new UnusableJobException(
                            "The " + job.origin() + " carries @ElasticJob in the application context \""
                                    + without.getId() + "\", which has no job engine: only \"" + own.getId()
                                    + "\" below it has one.",
                            "Enable auto-configuration in that context as well, which gives it an engine of its own, or"
                                    + " declare the job in the context below.");
                });
            }
        }
    }

    /** @throws UnusableJobException naming the first job below that nobody would run */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        ApplicationContext child = event.getApplicationContext();
        if (child == own || hasEngine(child) || nearestAbove(child) != own || isSwitchedOff(child)) {
            return;
        }
        firstJob(child).ifPresent(job -> {
            throw new UnusableJobException(
                    "The " + job.origin() + " carries @ElasticJob in the application context \"" + child.getId()
                            + "\", which has no job engine: only its parent \"" + own.getId() + "\" has one.",
                    "Enable auto-configuration in that context as well, which gives it an engine of its own, or declare"
                            + " the job in the parent.");
        });
    }

    private static Optional<AnnotatedJob> firstJob(ApplicationContext context) {
        AutowireCapableBeanFactory factory = context.getAutowireCapableBeanFactory();
        return factory instanceof ConfigurableListableBeanFactory beans
                ? new AnnotatedJobs(beans).find().stream().findFirst()
                : Optional.empty();
    }

    private static boolean hasEngine(ApplicationContext context) {
        return context.getBeanNamesForType(JobEngineLifecycle.class, true, false).length > 0;
    }

    private static ApplicationContext nearestAbove(ApplicationContext child) {
        ApplicationContext above = child.getParent();
        while (above != null && !hasEngine(above)) {
            above = above.getParent();
        }
        return above == null ? child : above;
    }

    private static boolean isSwitchedOff(ApplicationContext context) {
        return !Switches.isOn(context.getEnvironment());
    }
}
