package badly.elasticjob.memory;

import badly.elasticjob.runner.RunnerThatKnowsQuartz;

public record MemoryThatKnowsTheRunner(RunnerThatKnowsQuartz runner) {}
