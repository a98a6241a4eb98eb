package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import java.util.List;

/** Something to be measured, of any system that knows it. */
public interface Scenario {

    /** On command lines and in results. */
    String name();

    /** For people. */
    String title();

    /** What the figures that tables show mean. */
    List<Column> columns();

    /** Whether the system can be measured in it. */
    boolean fits(Contender contender);

    /** The cases in which that system is measured. */
    List<Case> cases(Contender contender, Options options);

    /** What is to be measured with in that case: the options, where the case says nothing else. */
    default Options options(Case inCase, Options options) {
        return options;
    }

    /** How often it is measured, of the rounds that are wanted. */
    default int rounds(int wanted) {
        return wanted;
    }

    /** Measures once, with processes of its own. */
    Figures measure(Case inCase, Environment environment) throws Exception;
}
