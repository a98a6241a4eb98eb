package badly.elasticjob.history;

import badly.elasticjob.engine.EngineThatKnowsMemory;

record HistoryThatKnowsTheEngine(EngineThatKnowsMemory engine) {}
