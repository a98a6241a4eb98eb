package badly.elasticjob.registry;

import badly.elasticjob.engine.EngineThatKnowsMemory;

record RegistryThatKnowsTheEngine(EngineThatKnowsMemory engine) {}
