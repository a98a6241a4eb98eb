package io.elasticjob.boot.migration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The tree of Apache ElasticJob in ZooKeeper, which is only read. */
final class ApacheTree implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ZooKeeper client;

    private ApacheTree(ZooKeeper client) {
        this.client = client;
    }

    /**
     * @param digest user and password; null where ZooKeeper asks for none
     * @throws IOException when ZooKeeper cannot be reached within 15 s
     */
    static ApacheTree open(String connectString, @Nullable String digest) throws IOException, InterruptedException {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(PATIENCE.toMillis()));
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(
                connectString,
                Math.toIntExact(PATIENCE.toMillis()),
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                config);
        if (!connected.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            client.close(0);
            throw new IOException(
                    "ZooKeeper at " + connectString + " has not answered within " + PATIENCE.toSeconds() + " s");
        }
        if (digest != null) {
            client.addAuthInfo("digest", digest.getBytes(StandardCharsets.UTF_8));
        }
        return new ApacheTree(client);
    }

    /**
     * All jobs of a namespace, by name.
     *
     * @throws IllegalArgumentException when there is no such namespace
     */
    List<ApacheJob> jobs(String namespace) throws KeeperException, InterruptedException {
        String root = "/" + namespace;
        List<String> names = children(root)
                .orElseThrow(
                        () -> new IllegalArgumentException("There is no namespace \"" + namespace + "\" in ZooKeeper"));
        List<ApacheJob> jobs = new ArrayList<>();
        for (String name : names) {
            Optional<String> configuration = text(root + "/" + name + "/config");
            if (configuration.isPresent()) {
                String job = root + "/" + name;
                jobs.add(new ApacheJob(name, read(name, configuration.get()), servers(job), disabledShards(job)));
            }
        }
        return jobs;
    }

    private Map<String, Boolean> servers(String job) throws KeeperException, InterruptedException {
        Map<String, Boolean> servers = new LinkedHashMap<>();
        for (String server : children(job + "/servers").orElse(List.of())) {
            servers.put(server, text(job + "/servers/" + server).orElse("").equals("DISABLED"));
        }
        return servers;
    }

    private Set<String> disabledShards(String job) throws KeeperException, InterruptedException {
        Set<String> disabled = new TreeSet<>();
        for (String shard : children(job + "/sharding").orElse(List.of())) {
            if (children(job + "/sharding/" + shard).orElse(List.of()).contains("disabled")) {
                disabled.add(shard);
            }
        }
        return disabled;
    }

    /** Names in their order; empty where there is no such node. */
    private Optional<List<String>> children(String path) throws KeeperException, InterruptedException {
        try {
            return Optional.of(client.getChildren(path, false).stream().sorted().toList());
        } catch (KeeperException.NoNodeException notThere) {
            return Optional.empty();
        }
    }

    private Optional<String> text(String path) throws KeeperException, InterruptedException {
        try {
            byte[] data = client.getData(path, false, null);
            return Optional.of(data == null ? "" : new String(data, StandardCharsets.UTF_8));
        } catch (KeeperException.NoNodeException notThere) {
            return Optional.empty();
        }
    }

    /** Its objects of classes are read as the maps that they are written as. */
    static Map<String, @Nullable Object> read(String job, String configuration) {
        String plain = configuration.replaceAll("(?m)^(\\s*(?:- |[\\w.-]+: ))!![\\w.$]+", "$1");
        try {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(plain);
            if (read instanceof Map<?, ?> map) {
                Map<String, @Nullable Object> settings = new LinkedHashMap<>();
                map.forEach((key, value) -> settings.put(String.valueOf(key), value));
                return settings;
            }
        } catch (YAMLException unreadable) {
            throw new IllegalArgumentException(
                    "The configuration of the job " + job + " is no YAML: " + unreadable.getMessage(), unreadable);
        }
        throw new IllegalArgumentException("The configuration of the job " + job + " is no map");
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
    }
}
