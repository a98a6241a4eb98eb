package io.elasticjob.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.gateway.autoconfigure.ElasticJobGatewayProperties;
import io.elasticjob.testing.kubernetes.Kubectl;
import io.elasticjob.testing.machine.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The settings that manifests give to the application are settings of Spring Boot or ElasticJob, in the form of variables. */
@Needs(value = Kubectl.NAME, there = Kubectl.class)
class SettingsTest {

    /** What is the JVM's, and what only the sample has: its own test starts it with that. */
    private static final Set<String> NO_SETTINGS = Set.of("JAVA_TOOL_OPTIONS", "QUICKSTART_DATABASE");

    /** Settings of modules that are not on the class path here: the page is held against the code. */
    private static final Path PAGE = Path.of("..", "docs", "reference", "properties.md");

    private static final Pattern SETTING = Pattern.compile("(?m)^\\| `(elasticjob\\.[a-z0-9.-]+)` \\|");

    @Test
    void eachVariableOfTheApplicationIsASetting() throws IOException {
        Map<String, Boolean> known = known();
        assertThat(known).containsKeys("SERVER_PORT", "ELASTICJOB_REGISTRY_CONNECTSTRING");

        for (Rendered rendered : Rendered.all()) {
            List<String> variables = new ArrayList<>(rendered.settings().keySet());
            variables.addAll(variables(rendered));
            assertThat(variables)
                    .as(rendered.name())
                    .filteredOn(variable -> !NO_SETTINGS.contains(variable))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(variable ->
                            assertThat(isKnown(variable, known)).as(variable).isTrue());
        }
    }

    @Test
    void aVariableThatIsNoSettingIsFound() throws IOException {
        assertThat(isKnown("ELASTICJOB_REGISTRY_CONNECT_STRING", known())).isFalse();
        assertThat(isKnown("MANAGEMENT_SERVER_PORTS", known())).isFalse();
    }

    @Test
    void theBundleIsThatOfTheSecret() {
        Binder binder = binder(Rendered.of("overlays/own-zookeeper").settings());

        assertThat(binder.bind("elasticjob.registry.ssl.bundle", String.class).get())
                .isEqualTo("zookeeper");
        var bundle = binder.bind("spring.ssl", Bindable.of(SslProperties.class))
                .get()
                .getBundle()
                .getPem()
                .get("zookeeper");
        assertThat(bundle.isReloadOnUpdate()).isTrue();
        assertThat(bundle.getTruststore().getCertificate()).isEqualTo("/etc/zookeeper-tls/ca.crt");
        assertThat(bundle.getKeystore().getCertificate()).isEqualTo("/etc/zookeeper-tls/tls.crt");
        assertThat(bundle.getKeystore().getPrivateKey()).isEqualTo("/etc/zookeeper-tls/tls.key");
    }

    @Test
    void theGatewayLetsInWorkersWithTheTokenOfTheSecret() {
        Rendered rendered = Rendered.of("overlays/scheduler");
        ElasticJobGatewayProperties gateway = binder(rendered.settings())
                .bind("elasticjob.gateway", Bindable.of(ElasticJobGatewayProperties.class))
                .get();

        assertThat(gateway.isEnabled()).isTrue();
        assertThat(gateway.isInsecure()).isFalse();
        assertThat(gateway.getHandlers()).containsExactly("thumbnail");
        assertThat(gateway.getClients()).containsOnlyKeys("workers").allSatisfy((name, client) -> {
            assertThat(client.getHandlers()).containsExactly("thumbnail");
            assertThat(client.getTokenFiles()).hasToString("[/etc/worker-token/token]");
        });
        assertThat(Rendered.container(rendered.object("Deployment", "worker"))
                        .get("args")
                        .toString())
                .contains("--handler=thumbnail", "--gateway=http://gateway,");
    }

    private static List<String> variables(Rendered rendered) {
        List<String> names = new ArrayList<>();
        Object env =
                Rendered.container(rendered.object("Deployment", "application")).get("env");
        ((List<?>) env).forEach(one -> names.add(String.valueOf(Rendered.at(one, "name"))));
        return names;
    }

    private static Binder binder(Map<String, String> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "pod-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new HashMap<>(variables)));
        return new Binder(ConfigurationPropertySources.from(environment.getPropertySources()));
    }

    private static boolean isKnown(String variable, Map<String, Boolean> known) {
        return known.containsKey(variable)
                || known.entrySet().stream().anyMatch(one -> one.getValue() && variable.startsWith(one.getKey() + "_"));
    }

    /** Of all settings on the class path the variable, and whether further names follow. */
    private static Map<String, Boolean> known() throws IOException {
        Map<String, Boolean> known = new HashMap<>();
        for (URL url : Collections.list(
                SettingsTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream stream = url.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(stream).path("properties")) {
                    if (property.path("deprecation").isMissingNode()) {
                        String variable = variable(property.path("name").asString());
                        known.put(variable, property.path("type").asString("").startsWith("java.util.Map"));
                    }
                }
            }
        }
        SETTING.matcher(Files.readString(PAGE))
                .results()
                .forEach(found -> known.putIfAbsent(variable(found.group(1)), false));
        return known;
    }

    private static String variable(String property) {
        return property.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
