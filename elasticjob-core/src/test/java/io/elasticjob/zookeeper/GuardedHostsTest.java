package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.zookeeper.client.HostProvider;
import org.junit.jupiter.api.Test;

class GuardedHostsTest {

    private final List<Long> pauses = new ArrayList<>();

    private final GuardedHosts hosts = new GuardedHosts(
            new HostProvider() {
                @Override
                public int size() {
                    return 1;
                }

                @Override
                public InetSocketAddress next(long pause) {
                    pauses.add(pause);
                    return InetSocketAddress.createUnresolved("zk", 2181);
                }

                @Override
                public void onConnected() {}

                @Override
                public boolean updateServerList(Collection<InetSocketAddress> servers, InetSocketAddress current) {
                    return false;
                }
            },
            new ZooKeeperSettings("zk:2181", Duration.ofSeconds(4), Duration.ofSeconds(1), null));

    @Test
    void afterALostConnectionTheFirstAttemptComesWithoutAPauseAndTheNextWithOne() {
        hosts.next(1_000);
        hosts.onConnected();
        hosts.next(1_000);
        hosts.next(1_000);
        hosts.onConnected();
        hosts.next(1_000);

        assertThat(pauses).containsExactly(1_000L, 0L, 1_000L, 0L);
    }
}
