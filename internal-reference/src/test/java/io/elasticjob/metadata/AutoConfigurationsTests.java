package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;

/** What the build writes of auto-configurations, so that Boot can leave those out that do not apply, without loading them. */
class AutoConfigurationsTests {

    private final Properties metadata = read();

    @Test
    void theConditionsOfAllAutoConfigurationsAreKnownWithoutTheirClasses() {
        List<String> ours = StreamSupport.stream(
                        ImportCandidates.load(
                                        AutoConfiguration.class, getClass().getClassLoader())
                                .spliterator(),
                        false)
                .filter(name -> name.startsWith("io.elasticjob."))
                .toList();

        assertThat(ours)
                .extracting(AutoConfigurationsTests::module)
                .contains("boot", "console", "gateway", "kubernetes", "slurm");
        assertThat(metadata.stringPropertyNames()).containsAll(ours);
    }

    @Test
    void classesThatTheyNeedAreAmongThem() {
        String conditions =
                "io.elasticjob.boot.autoconfigure.ElasticJobHealthContributorAutoConfiguration.ConditionalOnClass";

        assertThat(metadata.getProperty(conditions, ""))
                .contains("org.springframework.boot.health.contributor.HealthIndicator");
    }

    /**
     * Read without loading them: not all that they need is here. A condition on a class holds for all that is in it. What is for
     * tests takes the places of others on purpose.
     */
    @Test
    void theApplicationCanReplaceEachBeanOfEachModule() throws IOException {
        SimpleMetadataReaderFactory classes = new SimpleMetadataReaderFactory();
        List<String> modules = new ArrayList<>();
        List<String> fixed = new ArrayList<>();
        for (Resource one : new PathMatchingResourcePatternResolver()
                .getResources("classpath*:io/elasticjob/**/autoconfigure/**/*.class")) {
            AnnotationMetadata type = classes.getMetadataReader(one).getAnnotationMetadata();
            for (MethodMetadata bean : type.getAnnotatedMethods(Bean.class.getName())) {
                modules.add(module(type.getClassName()));
                if (!module(type.getClassName()).equals("test")
                        && !bean.isAnnotated(REPLACEABLE)
                        && !isReplaceable(classes, type)) {
                    fixed.add(type.getClassName() + "." + bean.getMethodName());
                }
            }
        }

        assertThat(modules).contains("boot", "console", "gateway", "kubernetes", "slurm");
        assertThat(fixed).isEmpty();
    }

    private static final String REPLACEABLE = ConditionalOnMissingBean.class.getName();

    private static boolean isReplaceable(SimpleMetadataReaderFactory classes, AnnotationMetadata type)
            throws IOException {
        String around = type.getEnclosingClassName();
        return type.isAnnotated(REPLACEABLE)
                || (around != null
                        && isReplaceable(
                                classes, classes.getMetadataReader(around).getAnnotationMetadata()));
    }

    private static String module(String name) {
        return name.split("\\.")[2];
    }

    private static Properties read() {
        Properties all = new Properties();
        try {
            for (URL url : Collections.list(AutoConfigurationsTests.class
                    .getClassLoader()
                    .getResources("META-INF/spring-autoconfigure-metadata.properties"))) {
                try (InputStream stream = url.openStream()) {
                    all.load(stream);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all;
    }
}
