package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.spi.Cluster;
import io.elasticjob.test.ClusterContract;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Held against the rules of an API server, with pods that are processes. */
class KubernetesContractTest extends ClusterContract {

    @TempDir
    Path folder;

    private final List<KubernetesClient> clients = new ArrayList<>();
    private RulesServer server;
    private LocalControl control;

    @BeforeEach
    void begin() {
        server = new RulesServer();
        control = new LocalControl(server, folder);
    }

    @AfterEach
    void end() {
        control.close();
        clients.forEach(KubernetesClient::close);
        server.close();
        assertThat(server.forbidden()).isEmpty();
    }

    @Override
    protected Cluster client() {
        KubernetesClient client = server.client();
        clients.add(client);
        JobTemplate template = Templates.script(SCRIPT);
        return new KubernetesCluster(
                client,
                new KubernetesOptions("kubernetes", RulesServer.NAMESPACE, 1_000),
                () -> Map.of(TEMPLATE, template));
    }

    @Override
    protected String identityOfAnother(String identity) {
        return UUID.randomUUID().toString();
    }
}
