package io.elasticjob.benchmarks.dbschedulerui;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.LocalTime;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** A web application with as many recurring tasks as {@code benchmark.jobs} says, which run once a day and do nothing. */
@SpringBootApplication
@Import(TasksApplication.ManyTasks.class)
public class TasksApplication {

    public static void main(String[] args) {
        SpringApplication.run(TasksApplication.class, args);
    }

    /** A bean for each, as its users have them. */
    static class ManyTasks implements BeanRegistrar {

        @Override
        public void register(BeanRegistry registry, Environment environment) {
            int tasks = environment.getRequiredProperty("benchmark.jobs", Integer.class);
            for (int i = 0; i < tasks; i++) {
                String name = "job-" + i;
                registry.registerBean(
                        name,
                        RecurringTask.class,
                        bean -> bean.supplier(any -> Tasks.recurring(name, Schedules.daily(LocalTime.MIDNIGHT))
                                .execute((instance, context) -> {})));
            }
        }
    }
}
