package badly.elasticjob.engine;

import badly.elasticjob.memory.MemoryThatKnowsTheRunner;

public record EngineThatKnowsMemory(MemoryThatKnowsTheRunner memory) {}
