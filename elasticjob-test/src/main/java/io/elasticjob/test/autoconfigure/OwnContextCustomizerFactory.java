package io.elasticjob.test.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Gives each test class an application context of its own: time, and what a job has run, would else be shared with other
 * classes, which may run at the same time.
 */
final class OwnContextCustomizerFactory implements ContextCustomizerFactory {

    /** Part of the key under which a context is cached. */
    private record OwnContext(Class<?> testClass) implements ContextCustomizer {

        @Override
        public void customizeContext(
                ConfigurableApplicationContext context, MergedContextConfiguration configuration) {}
    }

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureElasticJob.class)
                ? new OwnContext(testClass)
                : null;
    }
}
