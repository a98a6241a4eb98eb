package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.registry.Registry;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** The registry in ZooKeeper; in an embedded one, where no other is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(Registry.class)
final class ZooKeeperConfiguration {

    private static final Duration EMBEDDED_START = Duration.ofSeconds(30);

    @Bean // closed by the engine; here where there is none, since the start failed
    @Lazy
    Registry elasticJobRegistry(
            ElasticJobProperties properties,
            Environment environment,
            ObjectProvider<EmbeddedZooKeeper> embedded,
            ObjectProvider<SslBundles> bundles) {
        ElasticJobProperties.Registry registry = properties.getRegistry();
        RegistryAddress address = RegistryAddress.of(
                registry.getConnectString(), registry.getEmbedded().getEnabled(), CloudPlatform.getActive(environment));
        String bundle = registry.getSsl().getBundle();
        if (bundle != null && !(address instanceof RegistryAddress.Remote)) {
            throw new InvalidSettingException(
                    BundledTls.KEY,
                    bundle,
                    "needs elasticjob.registry.connect-string: the embedded ZooKeeper for development speaks no TLS");
        }
        BundledTls tls = bundle == null ? null : BundledTls.named(bundle, bundles.getIfAvailable());
        String connectString = address instanceof RegistryAddress.Remote remote
                ? remote.connectString()
                : embedded.getObject().connectString();
        return new ZooKeeperRegistry(new ZooKeeperSettings(
                connectString,
                registry.getSessionTimeout(),
                registry.getConnectionTimeout(),
                registry.getDigest(),
                tls));
    }

    /**
     * The one start that is waited for, some 300 ms: a port that is taken or data that is locked is told at once.
     * Destroyed after the engine, which is made later.
     */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    EmbeddedZooKeeper elasticJobEmbeddedZooKeeper(ElasticJobProperties properties) {
        ElasticJobProperties.Embedded embedded = properties.getRegistry().getEmbedded();
        Path directory = embedded.getDataDir();
        EmbeddedZooKeeper server = new EmbeddedZooKeeper(
                directory == null ? defaultDirectory() : directory, embedded.getPort(), EMBEDDED_START);
        try {
            server.start().toCompletableFuture().join();
            return server;
        } catch (CompletionException failed) {
            server.close();
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /** In the folder for temporary files, for each user one: what is in it is made again where it is gone. */
    static Path defaultDirectory() {
        return Path.of(
                System.getProperty("java.io.tmpdir"), "elasticjob-" + System.getProperty("user.name"), "zookeeper");
    }
}
