package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.ElasticJobConnectionDetails;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.RegistryFactory;
import io.elasticjob.registry.Registry;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** The registry in ZooKeeper; in an embedded one, where no other is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(value = Registry.class, search = SearchStrategy.CURRENT)
final class ZooKeeperConfiguration {

    private static final Duration EMBEDDED_START = Duration.ofSeconds(30);

    @Bean // closed by the engine; here where there is none, since the start failed
    @Scope(EngineScope.NAME)
    @Conditional(NotInheritedCondition.class)
    Registry elasticJobRegistry(RegistryFactory factory) {
        return factory.create();
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    RegistryFactory elasticJobRegistryFactory(
            ElasticJobProperties properties,
            ObjectProvider<ElasticJobConnectionDetails> details,
            Environment environment,
            ObjectProvider<EmbeddedZooKeeper> embedded,
            ObjectProvider<SslBundles> bundles) {
        return () -> registry(properties, details.getIfAvailable(), environment, embedded, bundles);
    }

    private static Registry registry(
            ElasticJobProperties properties,
            @Nullable ElasticJobConnectionDetails details,
            Environment environment,
            ObjectProvider<EmbeddedZooKeeper> embedded,
            ObjectProvider<SslBundles> bundles) {
        ElasticJobProperties.Registry registry = properties.getRegistry();
        RegistryAddress address = address(properties, details, environment);
        String bundle = registry.getSsl().getBundle();
        if (bundle != null && !(address instanceof RegistryAddress.Remote)) {
            throw new InvalidSettingException(
                    BundledTls.KEY,
                    bundle,
                    "needs elasticjob.registry.connect-string: the embedded ZooKeeper for development speaks no TLS");
        }
        BundledTls tls = bundle == null ? null : BundledTls.named(bundle, bundles.getIfAvailable());
        EmbeddedZooKeeper server = address instanceof RegistryAddress.Remote ? null : embedded.getObject();
        String remote = address instanceof RegistryAddress.Remote elsewhere ? elsewhere.connectString() : "";
        return new ZooKeeperRegistry(new ZooKeeperSettings(
                server == null ? remote : server.connectString(),
                registry.getSessionTimeout(),
                registry.getConnectionTimeout(),
                details == null ? registry.getDigest() : details.digest(),
                tls,
                server == null ? null : server::isServing));
    }

    /**
     * The one start that is waited for, some 300 ms: a port that is taken or data that is locked is told at once.
     * Destroyed after the engine, which is made later.
     */
    @Bean
    @Scope(EngineScope.NAME)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
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

    /** A laptop that was off overnight does not run at nine what it missed at three. Asked once there is a registry. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "elasticJobEmbeddedRules")
    JobEngineCustomizer elasticJobEmbeddedRules(
            ElasticJobProperties properties,
            ObjectProvider<ElasticJobConnectionDetails> details,
            Environment environment,
            ObjectProvider<EmbeddedZooKeeper> embedded) {
        return engine -> {
            if (address(properties, details.getIfAvailable(), environment) instanceof RegistryAddress.Embedded) {
                embedded.getObject().unattended().ifPresent(engine::unattended);
            }
        };
    }

    private static RegistryAddress address(
            ElasticJobProperties properties, @Nullable ElasticJobConnectionDetails details, Environment environment) {
        if (details != null) {
            return new RegistryAddress.Remote(details.connectString());
        }
        ElasticJobProperties.Registry registry = properties.getRegistry();
        return RegistryAddress.of(
                registry.getConnectString(), registry.getEmbedded().getEnabled(), CloudPlatform.getActive(environment));
    }

    /**
     * In the folder for temporary files, for each user one: what is in it is made again where it is gone. Others know its
     * name; one that they have made is refused.
     */
    static Path defaultDirectory() {
        return Path.of(
                System.getProperty("java.io.tmpdir"), "elasticjob-" + System.getProperty("user.name"), "zookeeper");
    }
}
