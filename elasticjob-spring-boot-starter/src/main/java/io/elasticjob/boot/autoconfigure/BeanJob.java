package io.elasticjob.boot.autoconfigure;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import org.springframework.beans.factory.BeanFactory;

/** A bean that is a job. Asked for when it runs, not before: a lazy bean stays lazy, a scoped one has its scope. */
record BeanJob(BeanFactory beans, String beanName) implements SimpleJob {

    @Override
    public void execute(ShardingContext context) throws Exception {
        beans.getBean(beanName, SimpleJob.class).execute(context);
    }
}
