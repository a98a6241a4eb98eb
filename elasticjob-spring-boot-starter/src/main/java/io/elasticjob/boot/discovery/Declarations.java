package io.elasticjob.boot.discovery;

import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobs;
import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;

/** Each {@code @ElasticJob} that stands on an element, be it once, several times, or on annotations that stand there. */
final class Declarations {

    private Declarations() {}

    /** All annotations of an element and of what it overrides or extends. */
    static MergedAnnotations of(AnnotatedElement element) {
        return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY, RepeatableContainers.none());
    }

    /**
     * Those that hold: what stands on a class or method itself replaces what stands on what it extends or overrides.
     *
     * @param annotations with the container as it is written
     */
    static List<MergedAnnotation<ElasticJob>> in(MergedAnnotations annotations) {
        List<MergedAnnotation<?>> written = Stream.<MergedAnnotation<?>>concat(
                        annotations.stream(ElasticJob.class), annotations.stream(ElasticJobs.class))
                .toList();
        int nearest = written.stream()
                .mapToInt(MergedAnnotation::getAggregateIndex)
                .min()
                .orElse(0);
        return written.stream()
                .filter(annotation -> annotation.getAggregateIndex() == nearest)
                .flatMap(Declarations::each)
                .toList();
    }

    @SuppressWarnings("unchecked") // by the type that it is asked for
    private static Stream<MergedAnnotation<ElasticJob>> each(MergedAnnotation<?> annotation) {
        return annotation.getType() == ElasticJobs.class
                ? Stream.of(annotation.getAnnotationArray(MergedAnnotation.VALUE, ElasticJob.class))
                : Stream.of((MergedAnnotation<ElasticJob>) annotation);
    }
}
