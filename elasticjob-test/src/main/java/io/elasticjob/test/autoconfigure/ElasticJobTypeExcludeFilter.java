package io.elasticjob.test.autoconfigure;

import io.elasticjob.DataflowJob;
import io.elasticjob.ExecutionScope;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.sharding.ShardingStrategy;
import java.io.IOException;
import java.util.Set;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Lets through what declares jobs or belongs to them. */
final class ElasticJobTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<ElasticJobTest> {

    private static final Set<Class<?>> INCLUDED = Set.of(
            SimpleJob.class,
            DataflowJob.class,
            ElasticJob.class,
            ExecutionScope.class,
            ShardingStrategy.class,
            FireCalendar.class,
            JobEngineCustomizer.class);

    ElasticJobTypeExcludeFilter(Class<?> testClass) {
        super(testClass);
    }

    @Override
    protected Set<Class<?>> getKnownIncludes() {
        return INCLUDED;
    }

    @Override
    protected boolean defaultInclude(MetadataReader component, MetadataReaderFactory others) throws IOException {
        return super.defaultInclude(component, others)
                || component.getAnnotationMetadata().hasAnnotatedMethods(ElasticJob.class.getName());
    }
}
