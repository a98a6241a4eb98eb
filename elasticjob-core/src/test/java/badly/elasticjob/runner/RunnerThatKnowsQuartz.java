package badly.elasticjob.runner;

import org.quartz.Trigger;

public record RunnerThatKnowsQuartz(Trigger trigger) {}
