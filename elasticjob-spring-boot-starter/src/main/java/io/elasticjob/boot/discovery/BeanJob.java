package io.elasticjob.boot.discovery;

import io.elasticjob.DataflowJob;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;

/** A bean that is a job. Asked for when it runs, not before: a lazy bean stays lazy, a scoped one has its scope. */
record BeanJob(BeanFactory beans, String beanName) implements SimpleJob {

    /** What is called. */
    static final Method EXECUTE = ClassUtils.getMethod(SimpleJob.class, "execute", ShardingContext.class);

    static final Method FETCH = ClassUtils.getMethod(DataflowJob.class, "fetch", ShardingContext.class);
    static final Method PROCESS = ClassUtils.getMethod(DataflowJob.class, "process", ShardingContext.class, List.class);

    /** What is called of a bean of this class, through its proxy. */
    static List<Method> calledOf(Class<?> type) {
        return isDataflow(type) ? List.of(FETCH, PROCESS) : List.of(EXECUTE);
    }

    /** Whether it works in batches, and does not say itself how. */
    private static boolean isDataflow(Class<?> type) {
        return DataflowJob.class.isAssignableFrom(type)
                && ClassUtils.getMostSpecificMethod(EXECUTE, type).getDeclaringClass() == DataflowJob.class;
    }

    /** False where it is known that it does not work in batches. */
    boolean mayStream() {
        Class<?> type = beans.containsBean(beanName) ? beans.getType(beanName, false) : null;
        return type == null || type.isInterface() || DataflowJob.class.isAssignableFrom(type);
    }

    @Override
    public void execute(ShardingContext context) throws Exception {
        SimpleJob job = beans.getBean(beanName, SimpleJob.class);
        Class<?> type = AopUtils.getTargetClass(job);
        calledOf(type).forEach(method -> MethodJob.refuseHandover(job, method, beanName));
        if (job instanceof DataflowJob<?> dataflow && isDataflow(type)) {
            new Batches<>(dataflow, beans.getBeanProvider(ItemCounts.class).getIfAvailable(() -> ItemCounts.NONE))
                    .execute(context);
        } else if (context.setting(DataflowJob.STREAMING).equals("true")) {
            throw new IllegalStateException(
                    "The job " + context.jobName() + " has streaming=true, and the bean \"" + beanName + "\" is no "
                            + DataflowJob.class.getSimpleName() + ": implement that, or reset the key");
        } else {
            job.execute(context);
        }
    }

    /** Calls each method of a bean through its proxy, so that each has its own transaction, and counts what it works on. */
    private record Batches<T>(DataflowJob<T> bean, ItemCounts counts) implements DataflowJob<T> {

        @Override
        public @Nullable List<T> fetch(ShardingContext context) throws Exception {
            List<T> items = bean.fetch(context);
            if (items != null && !items.isEmpty()) {
                counts.fetched(context.jobName(), items.size());
            }
            return items;
        }

        @Override
        public void process(ShardingContext context, List<T> items) throws Exception {
            int size = items.size();
            bean.process(context, items);
            counts.processed(context.jobName(), size);
        }

        @Override
        public String position(List<T> items) {
            return bean.position(items);
        }
    }
}
