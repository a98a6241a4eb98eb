package io.elasticjob.memory;

import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryContract;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.function.BooleanSupplier;

class MemoryRegistryTest extends RegistryContract {

    private final VirtualTime time = new VirtualTime();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);

    @Override
    protected Registry client(Duration sessionTimeout) {
        return ensemble.client(sessionTimeout);
    }

    @Override
    protected void until(BooleanSupplier condition) {
        time.until(condition);
    }

    @Override
    protected void cut(Registry client) {
        link(client).cut();
    }

    @Override
    protected void silenceAnswers(Registry client) {
        link(client).silenceAnswers();
    }

    @Override
    protected void heal(Registry client) {
        link(client).heal();
    }

    @Override
    protected long requests(Registry client) {
        return ((MemoryRegistry) client).requests().total();
    }

    private static Link link(Registry client) {
        return ((MemoryRegistry) client).link();
    }
}
